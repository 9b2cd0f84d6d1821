"""How the book is made and checked. It knows nothing of deep learning."""
