"""``python -m imagesasdata`` is the command line."""

from imagesasdata.cli import main

if __name__ == "__main__":
    main()
