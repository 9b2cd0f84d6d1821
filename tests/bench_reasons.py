"""What costs time, where the teaching code takes more than the library."""

PASSES = {
    "en": "each operation reads and writes the whole tensor, forwards and "
    "backwards; PyTorch's function does all of it in one pass.",
    "zh": "每个运算在前向和反向时都把整个张量读写一遍；"
    "PyTorch 的函数一遍就全部做完。",
}
CHOICE = {
    "en": "`torch.where` branches for every entry, and a processor often "
    "guesses the branch of a random number wrong; PyTorch's function does "
    "not branch.",
    "zh": "`torch.where` 对每个元素都要分支，而数是随机的，"
    "处理器常常猜错走哪一支；PyTorch 的函数不用分支。",
}
STABLE = {
    "en": "the form that does not overflow takes a logarithm and an "
    "exponential for each entry, one operation after another; PyTorch's "
    "function is one pass of vector instructions.",
    "zh": "不会溢出的写法，每个元素要先后算一次对数和一次指数；"
    "PyTorch 的函数用向量指令一遍算完。",
}
GUARDS = {
    "en": "the arguments are checked, down to every number, before anything "
    "is computed.",
    "zh": "计算之前先检查参数，每一个数都要看。",
}
STEPS = {
    "en": "without gradients PyTorch computes each step in place; ours makes "
    "a new tensor for each operation.",
    "zh": "不求梯度时，PyTorch 的每一步都就地计算；"
    "我们的每个运算都生成新的张量。",
}
