using Kestra.Expressions.Compilation;

namespace Kestra.Expressions;

/// <summary>What a rendering works with.</summary>
public sealed class RenderContext
{
    /// <param name="variables">Root variables; read only through the interfaces of values, and never enumerated without need.</param>
    /// <param name="host">The outside; null makes its functions fail.</param>
    public RenderContext(IReadOnlyDictionary<string, object?> variables, IExpressionHost? host = null, CancellationToken cancellationToken = default)
        : this(variables, host, null, cancellationToken)
    {
    }

    /// <param name="session">What a rendering shares with those that it starts itself.</param>
    internal RenderContext(IReadOnlyDictionary<string, object?> variables, IExpressionHost? host, RenderSession? session, CancellationToken cancellationToken)
    {
        Variables = variables;
        Host = host;
        Session = session;
        CancellationToken = cancellationToken;
    }

    public IReadOnlyDictionary<string, object?> Variables { get; }

    public IExpressionHost? Host { get; }

    public CancellationToken CancellationToken { get; }

    internal RenderSession? Session { get; }

    /// <summary>The same, with limits and changed lists shared by several renderings.</summary>
    internal RenderContext Shared() => Session is null ? new RenderContext(Variables, Host, new RenderSession(), CancellationToken) : this;
}
