namespace Kestra.Engine;

/// <summary>What may be handed on of an execution or of a result, where that is limited at all.</summary>
public static class MessageLimit
{
    /// <summary>What users are told of something that is too big.</summary>
    /// <param name="size">Bytes.</param>
    /// <param name="limit">Bytes.</param>
    public static string Exceeded(long size, long limit) => FormattableString.Invariant($"Message of size {size} has exceeded the configured limit of {limit}");
}
