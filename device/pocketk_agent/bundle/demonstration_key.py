"""The public half of the demonstration key, whose private half anybody has.

The private half lies in the repository, in host/pocketk/signing/demonstration_key_public_on_purpose.pem. A signature
with it shows how a signed bundle works and finds accidents; it shows nothing about who made the bundle.
"""

from pocketk_agent.bundle.public_key import PublicKey
from pocketk_firmware.slots.signer_trust import DEMONSTRATION_KEY as DEMONSTRATION_BYTES

DEMONSTRATION_KEY = PublicKey("demonstration", DEMONSTRATION_BYTES)
