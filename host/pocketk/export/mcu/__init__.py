"""The `.mcu` file of a microcontroller: written from a description, or from an int8 `.tflite`."""
