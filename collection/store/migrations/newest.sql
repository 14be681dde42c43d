CREATE TABLE against (
	file_sha256 VARCHAR NOT NULL, 
	place VARCHAR NOT NULL, 
	representative VARCHAR NOT NULL, 
	distance FLOAT NOT NULL, 
	PRIMARY KEY (file_sha256, place)
);

CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

INSERT INTO "alembic_version" VALUES('0026');

CREATE TABLE asset (
	id INTEGER NOT NULL, 
	recipe_id INTEGER, 
	file_sha256 VARCHAR NOT NULL, 
	pixel_sha256 VARCHAR NOT NULL, 
	width INTEGER NOT NULL, 
	height INTEGER NOT NULL, 
	size INTEGER NOT NULL, 
	generator VARCHAR NOT NULL, 
	features VARCHAR NOT NULL, 
	made_at VARCHAR NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(recipe_id) REFERENCES recipe (id), 
	UNIQUE (recipe_id)
);

CREATE TABLE batch (
	id INTEGER NOT NULL, 
	recipes VARCHAR NOT NULL, 
	images INTEGER NOT NULL, 
	worker VARCHAR, 
	until FLOAT, 
	attempts INTEGER NOT NULL, 
	made INTEGER, 
	PRIMARY KEY (id)
);

CREATE TABLE change (
	what VARCHAR NOT NULL, 
	count INTEGER NOT NULL, 
	PRIMARY KEY (what)
);

INSERT INTO "change" VALUES('images',0);

INSERT INTO "change" VALUES('scores',0);

INSERT INTO "change" VALUES('choice',0);

CREATE TABLE companion (
	id INTEGER NOT NULL, 
	kind VARCHAR NOT NULL, 
	network VARCHAR NOT NULL, 
	chain_id INTEGER NOT NULL, 
	address VARCHAR NOT NULL, 
	deployer VARCHAR NOT NULL, 
	nonce INTEGER NOT NULL, 
	artifact_sha256 VARCHAR NOT NULL, 
	settings VARCHAR NOT NULL, 
	tx_hash VARCHAR, 
	status VARCHAR NOT NULL, 
	at VARCHAR NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (chain_id, address)
);

CREATE TABLE deployment (
	id INTEGER NOT NULL, 
	network VARCHAR NOT NULL, 
	chain_id INTEGER NOT NULL, 
	address VARCHAR NOT NULL, 
	deployer VARCHAR NOT NULL, 
	nonce INTEGER NOT NULL, 
	artifact_sha256 VARCHAR NOT NULL, 
	root_cid VARCHAR NOT NULL, 
	tx_hash VARCHAR, 
	status VARCHAR NOT NULL, 
	at VARCHAR NOT NULL, settings VARCHAR, block INTEGER, 
	PRIMARY KEY (id), 
	UNIQUE (chain_id, address)
);

CREATE TABLE diversity (
	id INTEGER NOT NULL, 
	value FLOAT NOT NULL, 
	configured FLOAT NOT NULL, 
	PRIMARY KEY (id)
);

CREATE TABLE duplicate (
	asset_id INTEGER NOT NULL, 
	representative_id INTEGER NOT NULL, 
	why VARCHAR NOT NULL, 
	distance FLOAT NOT NULL, 
	PRIMARY KEY (asset_id), 
	FOREIGN KEY(asset_id) REFERENCES asset (id), 
	FOREIGN KEY(representative_id) REFERENCES asset (id)
);

CREATE TABLE embedding (
	file_sha256 VARCHAR NOT NULL, 
	model VARCHAR NOT NULL, 
	vector BLOB NOT NULL, 
	PRIMARY KEY (file_sha256, model)
);

CREATE TABLE failure (
	stage VARCHAR NOT NULL, 
	subject VARCHAR NOT NULL, 
	why VARCHAR NOT NULL, 
	at VARCHAR NOT NULL, 
	PRIMARY KEY (stage, subject)
);

CREATE TABLE fingerprint (
	file_sha256 VARCHAR NOT NULL, 
	hashes VARCHAR NOT NULL, 
	look BLOB, 
	facts VARCHAR NOT NULL, 
	PRIMARY KEY (file_sha256)
);

CREATE TABLE "freeze" (
	id INTEGER NOT NULL, 
	provenance VARCHAR NOT NULL, 
	images_cid VARCHAR NOT NULL, 
	metadata_cid VARCHAR NOT NULL, 
	root_cid VARCHAR NOT NULL, 
	contract_metadata_sha256 VARCHAR NOT NULL, 
	frozen_at VARCHAR NOT NULL, 
	settings VARCHAR DEFAULT '{}' NOT NULL, 
	current BOOLEAN DEFAULT 1 NOT NULL, proof_sha256 VARCHAR, 
	PRIMARY KEY (id), 
	CONSTRAINT uq_freeze_root_cid UNIQUE (root_cid)
);

CREATE TABLE "learned_preference" (
	name VARCHAR NOT NULL, 
	encoder VARCHAR NOT NULL, 
	weight BLOB NOT NULL, 
	bias FLOAT NOT NULL, 
	report VARCHAR NOT NULL, 
	at VARCHAR NOT NULL, 
	PRIMARY KEY (name)
);

CREATE TABLE map (
	method VARCHAR NOT NULL, 
	model VARCHAR NOT NULL, 
	images BLOB NOT NULL, 
	places BLOB NOT NULL, 
	at VARCHAR NOT NULL, 
	PRIMARY KEY (method, model)
);

CREATE TABLE marked_image (made_from VARCHAR NOT NULL PRIMARY KEY, image_sha256 VARCHAR NOT NULL, pixel_sha256 VARCHAR NOT NULL, disclosure VARCHAR NOT NULL);

CREATE TABLE mint (
	deployment_id INTEGER NOT NULL, 
	token_id INTEGER NOT NULL, 
	recipient VARCHAR NOT NULL, 
	tx_hash VARCHAR, 
	status VARCHAR NOT NULL, 
	at VARCHAR NOT NULL, 
	PRIMARY KEY (deployment_id, token_id), 
	FOREIGN KEY(deployment_id) REFERENCES deployment (id)
);

CREATE TABLE nearest (
	file_sha256 VARCHAR NOT NULL, 
	reference VARCHAR NOT NULL, 
	cosine FLOAT NOT NULL, 
	PRIMARY KEY (file_sha256)
);

CREATE TABLE neighbour (
	a INTEGER NOT NULL, 
	b INTEGER NOT NULL, 
	kind VARCHAR NOT NULL, 
	distance FLOAT NOT NULL, 
	PRIMARY KEY (a, b)
);

CREATE TABLE pin (
	id INTEGER NOT NULL, 
	root_cid VARCHAR NOT NULL, 
	pinner VARCHAR NOT NULL, 
	status VARCHAR NOT NULL, 
	files INTEGER NOT NULL, 
	size INTEGER NOT NULL, 
	at VARCHAR NOT NULL, notes VARCHAR NOT NULL DEFAULT '{}', 
	PRIMARY KEY (id), 
	UNIQUE (root_cid, pinner)
);

CREATE TABLE prompted (
	file_sha256 VARCHAR NOT NULL, 
	metric VARCHAR NOT NULL, 
	model VARCHAR NOT NULL, 
	prompt_sha256 VARCHAR NOT NULL, 
	PRIMARY KEY (file_sha256, metric, model)
);

CREATE TABLE recipe (
	id INTEGER NOT NULL, 
	sha256 VARCHAR NOT NULL, 
	series VARCHAR NOT NULL, 
	body VARCHAR NOT NULL, 
	planned BOOLEAN NOT NULL, stands_for VARCHAR, origin VARCHAR DEFAULT 'config' NOT NULL, retired BOOLEAN DEFAULT 0 NOT NULL, replaces VARCHAR, 
	PRIMARY KEY (id), 
	UNIQUE (sha256)
);

CREATE TABLE recipient (
	freeze_id INTEGER NOT NULL, 
	token_id INTEGER NOT NULL, 
	address VARCHAR NOT NULL, 
	PRIMARY KEY (freeze_id, token_id), 
	FOREIGN KEY(freeze_id) REFERENCES freeze (id)
);

CREATE TABLE resolved_name (
	id INTEGER NOT NULL, 
	name VARCHAR NOT NULL, 
	chain_id INTEGER NOT NULL, 
	address VARCHAR NOT NULL, 
	network VARCHAR NOT NULL, 
	block INTEGER NOT NULL, 
	at VARCHAR NOT NULL, 
	PRIMARY KEY (id)
);

CREATE TABLE review (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	batch INTEGER NOT NULL, 
	at VARCHAR NOT NULL, 
	curator VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	asset_id INTEGER, 
	other_id INTEGER, 
	value VARCHAR NOT NULL, 
	seen VARCHAR NOT NULL, 
	undoes INTEGER, 
	FOREIGN KEY(asset_id) REFERENCES asset (id), 
	FOREIGN KEY(other_id) REFERENCES asset (id), 
	FOREIGN KEY(undoes) REFERENCES review (id)
);

CREATE TABLE saved_view (
	name VARCHAR NOT NULL, 
	"query" VARCHAR NOT NULL, 
	curator VARCHAR NOT NULL, 
	at VARCHAR NOT NULL, 
	PRIMARY KEY (name)
);

CREATE TABLE score (
	file_sha256 VARCHAR NOT NULL, 
	metric VARCHAR NOT NULL, 
	model VARCHAR NOT NULL, 
	value FLOAT NOT NULL, percentile FLOAT, 
	PRIMARY KEY (file_sha256, metric, model)
);

CREATE TABLE searched (
	id INTEGER NOT NULL, 
	file_sha256 VARCHAR NOT NULL, 
	model VARCHAR NOT NULL, 
	radius FLOAT NOT NULL, 
	truncated_at FLOAT, 
	PRIMARY KEY (id), 
	UNIQUE (file_sha256, model)
);

CREATE TABLE selection (
	asset_id INTEGER NOT NULL, 
	rank INTEGER NOT NULL, 
	why VARCHAR NOT NULL, 
	PRIMARY KEY (asset_id), 
	FOREIGN KEY(asset_id) REFERENCES asset (id)
);

CREATE TABLE sent_action (
	curator VARCHAR NOT NULL, 
	id VARCHAR NOT NULL, 
	batch INTEGER, 
	PRIMARY KEY (curator, id)
);

CREATE TABLE sight (
	curator VARCHAR NOT NULL, 
	what VARCHAR NOT NULL, 
	asset_id INTEGER NOT NULL, 
	at VARCHAR NOT NULL, 
	PRIMARY KEY (curator, what, asset_id)
);

CREATE TABLE source (
	chain_id INTEGER NOT NULL, 
	address VARCHAR NOT NULL, 
	service VARCHAR NOT NULL, 
	ticket VARCHAR NOT NULL, 
	status VARCHAR NOT NULL, 
	told VARCHAR NOT NULL, 
	at VARCHAR NOT NULL, 
	PRIMARY KEY (chain_id, address, service)
);

CREATE TABLE stage_run (
	stage VARCHAR NOT NULL, 
	inputs_sha256 VARCHAR NOT NULL, 
	report VARCHAR NOT NULL, 
	at VARCHAR NOT NULL, 
	PRIMARY KEY (stage)
);

CREATE TABLE "token" (
	freeze_id INTEGER NOT NULL, 
	token_id INTEGER NOT NULL, 
	asset_id INTEGER NOT NULL, 
	image_sha256 VARCHAR NOT NULL, 
	metadata_sha256 VARCHAR NOT NULL, files VARCHAR NOT NULL DEFAULT '{}', 
	PRIMARY KEY (freeze_id, token_id), 
	FOREIGN KEY(asset_id) REFERENCES asset (id), 
	FOREIGN KEY(freeze_id) REFERENCES freeze (id), 
	UNIQUE (freeze_id, asset_id)
);

CREATE TABLE token_order (
	place INTEGER NOT NULL, 
	asset_id INTEGER NOT NULL, 
	PRIMARY KEY (place), 
	UNIQUE (asset_id)
);

CREATE TABLE verification (
	deployment_id INTEGER NOT NULL, 
	token_id INTEGER NOT NULL, 
	proven BOOLEAN NOT NULL, 
	at VARCHAR NOT NULL, 
	PRIMARY KEY (deployment_id, token_id), 
	FOREIGN KEY(deployment_id) REFERENCES deployment (id)
);

CREATE INDEX ix_recipe_planned ON recipe (planned);

CREATE INDEX ix_recipe_series ON recipe (series);

CREATE INDEX ix_asset_file_sha256 ON asset (file_sha256);

CREATE INDEX ix_asset_pixel_sha256 ON asset (pixel_sha256);

CREATE INDEX ix_mint_status ON mint (status);

CREATE INDEX ix_searched_model ON searched (model);

CREATE INDEX ix_neighbour_b ON neighbour (b);

CREATE INDEX ix_review_asset_id ON review (asset_id);

CREATE INDEX ix_review_batch ON review (batch);

CREATE INDEX ix_review_curator ON review (curator, id);

CREATE TRIGGER review_no_update BEFORE UPDATE ON review BEGIN SELECT RAISE(ABORT, 'reviews are only ever added; an undo is an event too'); END;

CREATE TRIGGER review_no_delete BEFORE DELETE ON review BEGIN SELECT RAISE(ABORT, 'reviews are only ever added; an undo is an event too'); END;

CREATE TRIGGER recipe_change_insert AFTER INSERT ON recipe BEGIN UPDATE change SET count = count + 1 WHERE what = 'images'; END;

CREATE TRIGGER recipe_change_update AFTER UPDATE ON recipe BEGIN UPDATE change SET count = count + 1 WHERE what = 'images'; END;

CREATE TRIGGER recipe_change_delete AFTER DELETE ON recipe BEGIN UPDATE change SET count = count + 1 WHERE what = 'images'; END;

CREATE TRIGGER asset_change_insert AFTER INSERT ON asset BEGIN UPDATE change SET count = count + 1 WHERE what = 'images'; END;

CREATE TRIGGER asset_change_update AFTER UPDATE ON asset BEGIN UPDATE change SET count = count + 1 WHERE what = 'images'; END;

CREATE TRIGGER asset_change_delete AFTER DELETE ON asset BEGIN UPDATE change SET count = count + 1 WHERE what = 'images'; END;

CREATE TRIGGER score_change_insert AFTER INSERT ON score BEGIN UPDATE change SET count = count + 1 WHERE what = 'scores'; END;

CREATE TRIGGER score_change_update AFTER UPDATE ON score BEGIN UPDATE change SET count = count + 1 WHERE what = 'scores'; END;

CREATE TRIGGER score_change_delete AFTER DELETE ON score BEGIN UPDATE change SET count = count + 1 WHERE what = 'scores'; END;

CREATE TRIGGER embedding_change_insert AFTER INSERT ON embedding BEGIN UPDATE change SET count = count + 1 WHERE what = 'scores'; END;

CREATE TRIGGER embedding_change_update AFTER UPDATE ON embedding BEGIN UPDATE change SET count = count + 1 WHERE what = 'scores'; END;

CREATE TRIGGER embedding_change_delete AFTER DELETE ON embedding BEGIN UPDATE change SET count = count + 1 WHERE what = 'scores'; END;

CREATE TRIGGER duplicate_change_insert AFTER INSERT ON duplicate BEGIN UPDATE change SET count = count + 1 WHERE what = 'choice'; END;

CREATE TRIGGER duplicate_change_update AFTER UPDATE ON duplicate BEGIN UPDATE change SET count = count + 1 WHERE what = 'choice'; END;

CREATE TRIGGER duplicate_change_delete AFTER DELETE ON duplicate BEGIN UPDATE change SET count = count + 1 WHERE what = 'choice'; END;

CREATE TRIGGER against_change_insert AFTER INSERT ON against BEGIN UPDATE change SET count = count + 1 WHERE what = 'choice'; END;

CREATE TRIGGER against_change_update AFTER UPDATE ON against BEGIN UPDATE change SET count = count + 1 WHERE what = 'choice'; END;

CREATE TRIGGER against_change_delete AFTER DELETE ON against BEGIN UPDATE change SET count = count + 1 WHERE what = 'choice'; END;

CREATE TRIGGER selection_change_insert AFTER INSERT ON selection BEGIN UPDATE change SET count = count + 1 WHERE what = 'choice'; END;

CREATE TRIGGER selection_change_update AFTER UPDATE ON selection BEGIN UPDATE change SET count = count + 1 WHERE what = 'choice'; END;

CREATE TRIGGER selection_change_delete AFTER DELETE ON selection BEGIN UPDATE change SET count = count + 1 WHERE what = 'choice'; END;

CREATE INDEX ix_duplicate_representative_id ON duplicate (representative_id);

CREATE INDEX ix_marked_image_image_sha256 ON marked_image (image_sha256);

DELETE FROM "sqlite_sequence";

INSERT INTO "sqlite_sequence" VALUES('review',0);
