"""What is recorded of a project, seen from its placements and from its deployments. Pure."""

from collections import defaultdict
from uuid import UUID

from deployments.installer.decisions import DeploymentKey, PlacementKey, Unwanted
from deployments.installer.ledger import DeploymentRow, Ledger, PlacementRow


class Holdings:
    """A ledger, read from the side of placements and of deployments."""

    def __init__(self, ledger: Ledger) -> None:
        self.rows: dict[PlacementKey, PlacementRow] = {row.key: row for row in ledger.placements.values()}
        self.holders: dict[UUID, list[DeploymentRow]] = defaultdict(list)
        self.previous: dict[DeploymentKey, list[PlacementRow]] = defaultdict(list)
        linked = [
            (ledger.deployments[deployment], ledger.placements[placement]) for deployment, placement in ledger.links
        ]
        linked.sort(key=lambda link: (link[0].target.profile_id, link[0].id, link[1].key))
        for deployment, row in linked:
            self.holders[row.id].append(deployment)
            self.previous[deployment.target.key].append(row)
        self._claims: dict[UUID, dict[str, str]] = defaultdict(dict)
        for (deployment_id, claimant), label in ledger.claims.items():
            self._claims[deployment_id][claimant] = label
        self._deployments = ledger.deployment_ids()

    def other_claims(self, unwanted: Unwanted) -> list[str]:
        """The labels of the claims that remain on a deployment."""
        if unwanted.claimant is None:
            return []
        claims = self._claims[self._deployments[unwanted.target.key]]
        return sorted(label for claimant, label in claims.items() if claimant != unwanted.claimant)

    def describe_holders(self, row: PlacementRow) -> str:
        """Which artifact a placement is for, and who claims it."""
        holders = self.holders[row.id]
        if not holders:
            return "an artifact that is gone"
        target = holders[0].target
        claims = ", ".join(sorted({label for holder in holders for label in self._claims[holder.id].values()}))
        return f"{target.full_name} under the profile {target.profile_id}" + (f", for {claims}" if claims else "")
