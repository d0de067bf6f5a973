namespace Kestra.Engine;

/// <summary>
/// The answer to one command: the facts to write down and what to do once they are durable. A refused command has neither.
/// </summary>
public sealed record Decision(IReadOnlyList<ExecutionEvent> Events, IReadOnlyList<Effect> Effects, Refusal? Refusal = null)
{
    /// <summary>It ends the execution because of <see cref="EngineEnvironment.MessageLimit"/>.</summary>
    public bool IsTooLarge { get; init; }

    /// <summary>The command was accepted and changed nothing: a late or repeated result, for example.</summary>
    public static Decision Nothing { get; } = new([], []);

    public static Decision Refuse(RefusalCode code, string message) => new([], [], new Refusal(code, message));
}
