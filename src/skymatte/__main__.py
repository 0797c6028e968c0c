"""``python -m skymatte``."""

from skymatte.cli.main import main

if __name__ == "__main__":
    main()
