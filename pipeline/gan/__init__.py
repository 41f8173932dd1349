"""The GAN of a variant's settings.

base          GAN, with the one `train_step`; latents, inputs of both networks, training batches
objectives    the adversarial losses, one function each; `gan.VARIANT.objective` names one
penalties     gradient penalties: R1, R2 and that of WGAN-GP
spectral      dense and convolution layers with spectral normalisation
replicas      what differs in a step where several devices train one model
networks/     generators and discriminators
streams       which random numbers serve which purpose
probe_inputs  the fixed images and latents with which the doctor measures a GAN
"""
