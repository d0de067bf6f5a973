namespace Kestra.Expressions;

/// <summary>What a rendering works with.</summary>
/// <param name="variables">Root variables; read only through the interfaces of values, and never enumerated without need.</param>
/// <param name="host">The outside; null makes its functions fail.</param>
public sealed class RenderContext(IReadOnlyDictionary<string, object?> variables, IExpressionHost? host = null, CancellationToken cancellationToken = default)
{
    public IReadOnlyDictionary<string, object?> Variables { get; } = variables;
    public IExpressionHost? Host { get; } = host;
    public CancellationToken CancellationToken { get; } = cancellationToken;
}
