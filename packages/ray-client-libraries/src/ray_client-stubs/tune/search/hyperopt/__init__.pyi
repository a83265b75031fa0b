from ray_client.tune.search.hyperopt.hyperopt_search import HyperOptSearch as HyperOptSearch
