/* Reads back what the logging driver `journald` wrote. */
#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "libcommon/timestamp.h"
#include "librunner/log-attributes.h"
#include "librunner/log-journal.h"

/* Syslog's LOG_ERR: what came from standard error. */
#define PRIORITY_ERROR "3"
/* The journal takes messages when it gets around to it. */
#define GRACE_MSEC 200

static bool field_is(sd_journal *j, const char *name, const char *value)
{
	const char *data;
	size_t n;

	return journal_data(j, name, &data, &n) && n == strlen(value) &&
	       memcmp(data, value, n) == 0;
}

/* The exact time of the line, not that of its arrival. */
static void read_time(sd_journal *j, LogLine *line)
{
	cleanup_free char *text = journal_field(j, "SYSLOG_TIMESTAMP");
	int64_t t;

	if (text && timestamp_parse(text, &t) >= 0)
		line->time = t;
}

static bool container_entry(sd_journal *j, LogLine *line)
{
	const char *data;
	size_t n;

	if (!journal_data(j, "MESSAGE", &data, &n))
		return false;
	strbuf_add(&line->data, data, n);
	if (!field_is(j, "CONTAINER_PARTIAL_MESSAGE", "true"))
		strbuf_addc(&line->data, '\n');
	line->is_stderr = field_is(j, "PRIORITY", PRIORITY_ERROR);
	read_time(j, line);
	return true;
}

/* The attributes are the same in every line: those of the configuration. */
static void read_details(const Container *c, Strbuf *details)
{
	cleanup_strv char **attributes = NULL;

	if (log_attributes(c, &attributes, NULL) < 0)
		return;
	STRV_FOREACH(it, attributes) {
		size_t n = strcspn(*it, "=");

		log_details_add(details, *it, n, *it + n + 1, strlen(*it + n + 1));
	}
}

int logs_from_journald(Runtime *rt, const Container *c, const LogsOptions *options, LogOutput *o,
		       Error **err)
{
	cleanup_journal sd_journal *j = NULL;
	cleanup_free char *match = xasprintf("CONTAINER_ID_FULL=%s", c->id);
	JournalShow show = { .entry = container_entry, .grace_msec = GRACE_MSEC };
	int r = sd_journal_open(&j, SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_SYSTEM);

	if (r >= 0)
		r = sd_journal_add_match(j, match, 0);
	/* Messages are shown whole, however long. */
	if (r >= 0)
		r = sd_journal_set_data_threshold(j, 0);
	if (r < 0)
		return error_errno(err, -r, "open the host's journal");
	if (options->details)
		read_details(c, &o->common_details);
	show.journal = j;
	return journal_show(&show, rt, c, options, o, err);
}
