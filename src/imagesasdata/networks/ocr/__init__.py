"""Reading text: engines that find it, languages, and the order in which it is read."""
