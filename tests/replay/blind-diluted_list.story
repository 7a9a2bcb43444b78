# A blind spot: a thief on a line in the own country reads first and sends each
# message to forty names of one domain of his own as well, which all arrive. One
# in four of the rest is dead, and a day later nothing has stopped him.
home PL
