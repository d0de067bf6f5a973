using Kestra.Model.Executions;
using Kestra.Storage.Executions;
using NodaTime;

namespace Kestra.Storage.Relational;

/// <summary>
/// Executions counted by date. The database counts in small steps of universal time, and the steps are then put together to
/// stretches of local time: databases know zones differently, or not at all.
/// </summary>
public static class DateCounts
{
    /// <summary>Every zone of today is a whole number of quarters of an hour away from UTC.</summary>
    public static Duration Step(DateBucket bucket) => Duration.FromMinutes(bucket == DateBucket.Minute ? 1 : 15);

    public static IReadOnlyList<ExecutionCount> Merge(IEnumerable<(Instant Start, StateType State, long Count, Duration Total)> steps, DateTimeZone zone, DateBucket bucket) =>
    [
        .. steps.GroupBy(step => (Bucket: DateBuckets.Start(step.Start, zone, bucket), step.State))
            .Select(static group => new ExecutionCount(
                group.Key.Bucket, group.Key.State, group.Sum(static step => step.Count), group.Aggregate(Duration.Zero, static (sum, step) => sum + step.Total)))
            .OrderBy(static count => count.Bucket).ThenBy(static count => count.State),
    ];
}
