"""What a kit carries besides wheels: the installer and the files of the system."""
