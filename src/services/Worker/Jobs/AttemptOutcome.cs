using Kestra.Model.Executions;
using NodaTime;

namespace Kestra.Worker.Jobs;

/// <summary>How one attempt ended.</summary>
/// <param name="LogFile">Address of its log, when that is a file.</param>
internal sealed record AttemptOutcome(StateType State, IReadOnlyDictionary<string, object?>? Outputs, Instant StartedAt, Instant EndedAt, string? LogFile = null);
