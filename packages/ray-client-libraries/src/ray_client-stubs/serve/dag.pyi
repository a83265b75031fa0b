from ray_client.dag import InputNode as InputNode
