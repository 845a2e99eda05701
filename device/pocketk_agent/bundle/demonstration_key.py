"""The public half of the demonstration key, whose private half anybody has.

The private half lies in the repository, in host/pocketk/signing/demonstration_key_public_on_purpose.pem. A signature
with it shows how a signed bundle works and finds accidents; it shows nothing about who made the bundle.
"""

from pocketk_agent.bundle.public_key import PublicKey

DEMONSTRATION_KEY = PublicKey(
    "demonstration", bytes.fromhex("8b31f27a1fa5c9ccb3d8d07dc04c644efc65e244194cde4c6a8a7929f0a53e85")
)
