"""Conda packages whose name on PyPI differs, those that PyPI's wheels bring along, and those that it does not have."""

PYPI_NAMES = {
    "dask-core": "dask",
    "faiss": "faiss-cpu",
    "graphviz-python": "graphviz",
    "jupyter_core": "jupyter-core",
    "matplotlib-base": "matplotlib",
    "msgpack-python": "msgpack",
    "numpy-base": "numpy",
    "opencv": "opencv-python-headless",
    "py-lightgbm": "lightgbm",
    "py-opencv": "opencv-python-headless",
    "py-xgboost": "xgboost",
    "py-xgboost-cpu": "xgboost",
    "py-xgboost-gpu": "xgboost",
    "pyqt": "PyQt5",
    "pytables": "tables",
    "python-blosc": "blosc",
    "python-graphviz": "graphviz",
    "python-igraph": "igraph",
    "python-lmdb": "lmdb",
    "pytorch": "torch",
    "pytorch-cpu": "torch",
    "pytorch-gpu": "torch",
    "seaborn-base": "seaborn",
    "tensorflow-base": "tensorflow",
    "tensorflow-eigen": "tensorflow",
    "tensorflow-gpu": "tensorflow",
    "tensorflow-mkl": "tensorflow",
    "torchvision-cpu": "torchvision",
    "xgboost-cpu": "xgboost",
}

# What only conda needs to name, because a wheel from PyPI brings it along or the operating system has it.
_BROUGHT_ALONG = (
    "_libgcc_mutex _openmp_mutex _py-xgboost-mutex blas bzip2 ca-certificates cpuonly cudatoolkit cuda-toolkit cudnn "
    "ld_impl_linux-64 libblas libcblas libffi libgcc libgcc-ng libgfortran libgfortran-ng libgomp liblapack "
    "libopenblas libstdcxx-ng libtorch libxgboost ncurses nomkl openblas openssl python_abi pytorch-cuda "
    "pytorch-mutex readline sqlite tk xz zlib zstd"
)
BROUGHT_ALONG = frozenset(_BROUGHT_ALONG.split())

# Programs and libraries that are no Python packages; what PyPI may have under the name is something else.
_NOT_ON_PYPI = (
    "anaconda binutils bison boost compilers conda cntk cntk-gpu cupti curl cxx-compiler eigen ffmpeg fftw flex "
    "fortran-compiler gcc gcc_linux-64 gdal git glib gsl gxx gxx_linux-64 hdf5 htop imagemagick java-jdk jq julia "
    "libgdal make mamba maven mesa micromamba miniconda mpich nccl netcdf4-c nodejs openjdk openmpi pandoc perl "
    "pkg-config postgresql proj protobuf-compiler qt ruby rust tbb-devel tesseract texlive-core unixodbc wget"
)
NOT_ON_PYPI = frozenset(_NOT_ON_PYPI.split())
