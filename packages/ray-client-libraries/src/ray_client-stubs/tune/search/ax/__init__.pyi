from ray_client.tune.search.ax.ax_search import AxSearch as AxSearch
