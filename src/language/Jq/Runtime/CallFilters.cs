using Kestra.Jq.Values;

namespace Kestra.Jq.Runtime;

/// <summary>A function of the program or of the library. The body is set once it is compiled, since it may call the function itself.</summary>
internal sealed class Definition(int level)
{
    private Filter? _body;

    /// <summary>Number of bindings that the body sees around its definition.</summary>
    public int Level => level;

    public bool IsComplete => _body is not null;

    public Filter Body
    {
        get => _body ?? throw new InvalidOperationException("The function is not compiled yet.");
        set => _body = value;
    }
}

/// <summary>Calls a function. Its arguments are programs that see the bindings of the caller.</summary>
internal sealed class CallFilter(Definition definition, Filter[] arguments) : Filter
{
    private readonly bool _isSingle = arguments.Length == 0 && definition.IsComplete && definition.Body.IsSingle;

    public override bool IsSingle => _isSingle;

    public override IEnumerable<Item> Run(Env env, Item input) => definition.Body.Run(Enter(env), input);

    public override Item One(Env env, Item input) => definition.Body.One(Enter(env), input);

    private Env Enter(Env env)
    {
        env.Execution.Step();
        var inner = env.Enter(definition.Level);
        foreach (var argument in arguments)
        {
            inner = inner.Bind(argument, env);
        }

        return inner;
    }
}

/// <summary>Runs an argument of the function that it stands in.</summary>
internal sealed class ArgumentFilter(int level) : Filter
{
    public override IEnumerable<Item> Run(Env env, Item input)
    {
        env.Execution.Step();
        StackGuard.Check();
        var binding = env.At(level);
        return binding.Argument!.Run(binding.ArgumentEnv!, input);
    }
}
