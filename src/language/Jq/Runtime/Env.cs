using Kestra.Jq.Values;

namespace Kestra.Jq.Runtime;

/// <summary>
/// What a filter sees beside its input: variables, filter arguments and labels, as a chain that is never changed.
/// So a suspended generator keeps its bindings while the same code runs again inside it.
/// </summary>
internal sealed class Env
{
    private readonly Env? _parent;

    private Env(Execution execution, Env? parent, int depth)
    {
        Execution = execution;
        _parent = parent;
        Level = parent is null ? 0 : parent.Level + 1;
        Depth = depth;
    }

    public Execution Execution { get; }

    /// <summary>Number of bindings below this one; the compiler counts the same way.</summary>
    public int Level { get; }

    /// <summary>Number of calls that this one stands in.</summary>
    public int Depth { get; }

    public object? Value { get; private init; }

    public Filter? Argument { get; private init; }

    public Env? ArgumentEnv { get; private init; }

    public static Env Root(Execution execution) => new(execution, null, 0);

    public Env Bind(object? value) => new(Execution, this, Depth) { Value = value };

    public Env Bind(Filter argument, Env env) => new(Execution, this, Depth) { Argument = argument, ArgumentEnv = env };

    /// <summary>The environment of a called function: bindings of its definition, depth of its caller.</summary>
    public Env Enter(int level)
    {
        var depth = Depth + 1;
        if (depth > Execution.Limits.Depth)
        {
            throw JqException.Limit($"functions call each other deeper than {Execution.Limits.Depth}");
        }

        StackGuard.Check();
        return new Env(Execution, At(level), depth);
    }

    public Env At(int level)
    {
        var env = this;
        while (env.Level != level)
        {
            env = env._parent!;
        }

        return env;
    }
}
