using System.Text.Json;
using Kestra.Model.Json;
using Kestra.Model.Triggers;
using NodaTime;

namespace Kestra.Webserver.Triggers;

/// <summary>States of triggers as clients see them: dates are kept in the zone of their schedule and shown in UTC.</summary>
internal static class TriggerAnswers
{
    public static void Write(Utf8JsonWriter writer, Trigger row) => ModelJson.Write(writer, InUtc(row), JsonProfile.Api);

    private static Trigger InUtc(Trigger row) => row with
    {
        Date = InUtc(row.Date),
        NextExecutionDate = InUtc(row.NextExecutionDate),
        EvaluateRunningDate = InUtc(row.EvaluateRunningDate),
        Backfill = row.Backfill is { } backfill
            ? backfill with
            {
                Start = backfill.Start.WithZone(DateTimeZone.Utc),
                End = InUtc(backfill.End),
                CurrentDate = InUtc(backfill.CurrentDate),
                PreviousNextExecutionDate = InUtc(backfill.PreviousNextExecutionDate),
            }
            : null,
    };

    private static ZonedDateTime? InUtc(ZonedDateTime? date) => date?.WithZone(DateTimeZone.Utc);
}
