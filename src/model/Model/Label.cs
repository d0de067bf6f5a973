namespace Kestra.Model;

/// <summary>A label of a flow, execution or trigger. Keys that start with <c>system.</c> belong to the engine.</summary>
public readonly record struct Label(string Key, string Value)
{
    public const string SystemPrefix = "system.";
    public const string CorrelationId = "system.correlationId";
    public const string Restarted = "system.restarted";
    public const string Replay = "system.replay";
    public const string Replayed = "system.replayed";
    public const string ReadOnly = "system.readOnly";
    public const string Username = "system.username";
    public const string Test = "system.test";

    public bool IsSystem => Key.StartsWith(SystemPrefix, StringComparison.Ordinal);
}
