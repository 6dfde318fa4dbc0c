"""The models of the course, one architecture a file, to be read from top to bottom."""

from tiza.models.autoencoder import Autoencoder
from tiza.models.bert import BERT, cover
from tiza.models.char_rnn import CharGRU, CharLSTM, CharRNN
from tiza.models.cnn import SmallCNN
from tiza.models.cocktail import CocktailFactory
from tiza.models.denoisers import MLPDenoiser, PatchUNet, UNet, time_embedding
from tiza.models.diffusion import Diffusion, noise_schedule
from tiza.models.elliptic import EllipticMLP
from tiza.models.gan import GAN, Discriminator, Generator
from tiza.models.gpt import GPT
from tiza.models.graph_networks import GAT, GCN, GraphSAGE
from tiza.models.lenet import LeNet5
from tiza.models.linear_regression import LinearRegression
from tiza.models.logistic_regression import LogisticRegression
from tiza.models.mlp import MLP, SlideMLP
from tiza.models.perceptron import Adaline, Perceptron
from tiza.models.recommender import MatrixFactorization, NeuralMF, TwoTower
from tiza.models.sampling import draw_token
from tiza.models.sequence_lstm import LSTMClassifier, LSTMForecaster
from tiza.models.siamese import Siamese
from tiza.models.vae import VAE
from tiza.models.water_tank import WaterTank
from tiza.nn import SOM

__all__ = [
    "BERT", "GAN", "GAT", "GCN", "GPT", "MLP", "SOM", "VAE", "Adaline", "Autoencoder", "CharGRU",
    "CharLSTM", "CharRNN", "CocktailFactory", "Diffusion", "Discriminator", "EllipticMLP",
    "Generator", "GraphSAGE", "LSTMClassifier", "LSTMForecaster", "LeNet5", "LinearRegression",
    "LogisticRegression", "MLPDenoiser", "MatrixFactorization", "NeuralMF", "PatchUNet",
    "Perceptron", "Siamese", "SlideMLP", "SmallCNN", "TwoTower", "UNet", "WaterTank", "cover",
    "draw_token", "noise_schedule", "time_embedding",
]  # fmt: skip
