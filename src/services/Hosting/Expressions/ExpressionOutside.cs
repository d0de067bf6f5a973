using Kestra.Storage.Logs;
using Kestra.Storage.Objects;

namespace Kestra.Hosting.Expressions;

/// <summary>What the expressions of a process may reach outside of their variables; shared by all of them.</summary>
public sealed record ExpressionOutside
{
    public required IObjectStorage Objects { get; init; }
    public required TimeProvider Time { get; init; }

    /// <summary>Secrets by upper-case key.</summary>
    public required IReadOnlyDictionary<string, string> Secrets { get; init; }

    /// <summary>For <c>errorLogs()</c>; null where expressions have no logs, that is off the workers.</summary>
    public ILogRepository? Logs { get; init; }

    public required HttpClient Http { get; init; }

    /// <summary>Local folders that <c>file:///</c> addresses may read; null when the protocol is switched off.</summary>
    public IReadOnlyList<string>? AllowedPaths { get; init; } = [];

    /// <summary>Bytes that an expression may read from a file or an answer.</summary>
    public long ReadLimit { get; init; } = 64L * 1024 * 1024;
}

/// <summary>The execution, or the trigger's evaluation, that an expression belongs to.</summary>
/// <param name="ExecutionId">Null in the evaluation of a trigger.</param>
/// <param name="Parent">The execution that started this one; its files may be read too.</param>
public sealed record ExpressionPlace(string TenantId, string Namespace, string FlowId, string? ExecutionId, (string Namespace, string FlowId, string ExecutionId)? Parent = null);
