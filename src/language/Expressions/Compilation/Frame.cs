using System.Text;

namespace Kestra.Expressions.Compilation;

/// <summary>One rendering underway: scopes, output, limits. Used by one thread.</summary>
internal sealed class Frame(Program program, RenderContext context, ExpressionEngine engine)
{
    private readonly List<Dictionary<string, object?>> scopes = [[]];
    private Dictionary<object, List<object?>>? changed;
    private int steps;

    public Program Program { get; } = program;
    public RenderContext Context { get; } = context;
    public ExpressionEngine Engine { get; } = engine;
    public ExpressionOptions Options => Engine.Options;

    /// <summary>Output of the template, or of the macro or filter body that is being rendered.</summary>
    public Output Output { get; set; } = new(engine.Options.OutputLimit);

    /// <summary>Inside a macro only its own variables exist.</summary>
    public bool IsIsolated { get; set; }

    /// <summary>Containers print in Java's form (macros, filter tags, repeated blocks).</summary>
    public bool PrintsJava { get; set; }

    public int Depth { get; set; }

    public void Step()
    {
        if (++steps > Options.StepLimit)
        {
            throw new EvaluationException($"The expression needs more than {Options.StepLimit} steps");
        }

        if ((steps & 0xff) == 0)
        {
            Context.CancellationToken.ThrowIfCancellationRequested();
        }
    }

    public bool TryGet(string name, out object? value)
    {
        for (var index = scopes.Count - 1; index >= 0; index--)
        {
            if (scopes[index].TryGetValue(name, out value))
            {
                return true;
            }
        }

        value = null;
        return !IsIsolated && Context.Variables.TryGetValue(name, out value);
    }

    public void Set(string name, object? value)
    {
        for (var index = scopes.Count - 1; index >= 0; index--)
        {
            if (scopes[index].ContainsKey(name))
            {
                scopes[index][name] = value;
                return;
            }
        }

        scopes[^1][name] = value;
    }

    public void Define(string name, object? value) => scopes[^1][name] = value;

    public void Push() => scopes.Add([]);

    public void Pop() => scopes.RemoveAt(scopes.Count - 1);

    /// <summary>Runs a body with nothing but the given variables.</summary>
    public void Isolated(Dictionary<string, object?> variables, Action body)
    {
        var (outer, isolated) = (scopes.ToList(), IsIsolated);
        scopes.Clear();
        scopes.Add(variables);
        IsIsolated = true;
        try
        {
            body();
        }
        finally
        {
            scopes.Clear();
            scopes.AddRange(outer);
            IsIsolated = isolated;
        }
    }

    /// <summary>Renders a body into a text of its own.</summary>
    public string Captured(Action body)
    {
        var (outer, java) = (Output, PrintsJava);
        Output = new Output(Options.OutputLimit);
        PrintsJava = true;
        try
        {
            body();
            return Output.Text;
        }
        finally
        {
            Output = outer;
            PrintsJava = java;
        }
    }

    /// <summary>All variables that are visible.</summary>
    public IEnumerable<KeyValuePair<string, object?>> Visible()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, value) in scopes.AsEnumerable().Reverse().SelectMany(scope => scope).Concat(IsIsolated ? [] : Context.Variables))
        {
            if (seen.Add(name))
            {
                yield return KeyValuePair.Create(name, value);
            }
        }
    }

    /// <summary>
    /// A list that an expression changes in place. Values are never changed: the change is made on a copy, which stands for
    /// the list until the rendering ends.
    /// </summary>
    public List<object?> Changeable(IReadOnlyList<object?> list)
    {
        changed ??= new Dictionary<object, List<object?>>(ReferenceEqualityComparer.Instance);
        if (changed.TryGetValue(list, out var copy))
        {
            return copy;
        }

        copy = [.. list];
        changed[list] = copy;
        changed[copy] = copy;
        return copy;
    }

    /// <summary>The list as it is in this rendering.</summary>
    public object? Current(object? value) => changed is not null && value is IReadOnlyList<object?> && changed.TryGetValue(value, out var copy) ? copy : value;
}

/// <summary>What a rendering has printed: one value as it is, or a text.</summary>
internal sealed class Output(int limit)
{
    private readonly List<object> pieces = [];
    private int length;

    public IReadOnlyList<object> Pieces => pieces;

    public void Add(object piece, string? text = null)
    {
        length += (text ?? piece as string)?.Length ?? 16;
        if (length > limit)
        {
            throw new EvaluationException($"The rendered text is longer than {limit} characters");
        }

        pieces.Add(piece);
    }

    public string Text
    {
        get
        {
            if (pieces.Count == 1)
            {
                return Values.ValueText.Print(pieces[0]);
            }

            var text = new StringBuilder();
            foreach (var piece in pieces)
            {
                text.Append(Values.ValueText.Print(piece));
            }

            return text.ToString();
        }
    }
}
