"""The crystals and models of these tests."""

import pytest
from random_crystals import CRYSTALS, Crystal, Model, caesium_chloride


@pytest.fixture(params=CRYSTALS)
def crystal(request: pytest.FixtureRequest) -> Crystal:
    return CRYSTALS[request.param]


@pytest.fixture(name="caesium_chloride")
def caesium_chloride_fixture() -> Crystal:
    return caesium_chloride()


@pytest.fixture(params=CRYSTALS)
def model(request: pytest.FixtureRequest) -> Model:
    return Model.random(request.param)


@pytest.fixture
def rocksalt_model() -> Model:
    return Model.random("rocksalt")


@pytest.fixture
def triclinic_model() -> Model:
    return Model.random("triclinic")
