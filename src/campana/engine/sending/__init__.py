"""The sending itself: the scheduler starts campaigns, a worker holds lanes, a lane sends for one sender.

Recovery sets right what dead processes left behind.
"""
