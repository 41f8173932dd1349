"""The mutation operators of DeepCrime, applied to healthy GANs: what they change, the scripts that result, and which of them do harm."""
