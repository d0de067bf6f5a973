using Kestra.Model.Executions;
using NodaTime;

namespace Kestra.Worker.Jobs;

/// <summary>How one attempt ended.</summary>
internal sealed record AttemptOutcome(StateType State, IReadOnlyDictionary<string, object?>? Outputs, Instant StartedAt, Instant EndedAt);
