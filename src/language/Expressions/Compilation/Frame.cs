using System.Runtime.CompilerServices;
using Kestra.Expressions.Values;

namespace Kestra.Expressions.Compilation;

/// <summary>One rendering underway: variables, output, limits. Used by one thread.</summary>
internal sealed class Frame(Program program, RenderContext context, ExpressionEngine engine)
{
    private readonly RenderSession session = context.Session ?? new RenderSession();
    private readonly ExpressionOptions options = engine.Options;
    private Scope? scope;
    private Scope? hidden;
    private Output? output;

    public Program Program { get; } = program;

    public RenderContext Context { get; } = context;

    public ExpressionEngine Engine { get; } = engine;

    public ExpressionOptions Options => options;

    /// <summary>Output of the template, or of the macro or filter body that is being rendered.</summary>
    public Output Output
    {
        get => output ??= new Output(options.OutputLimit);
        set => output = value;
    }

    /// <summary>Inside a macro only its own variables exist.</summary>
    public bool IsIsolated { get; private set; }

    /// <summary>Containers print in Java's form (macros, filter tags, repeated blocks).</summary>
    public bool PrintsJava { get; private set; }

    public void Step()
    {
        var steps = ++session.Steps;
        if (steps > options.StepLimit || (steps & 0xff) == 0)
        {
            Check();
        }
    }

    /// <summary>A step that costs as much as the value is large.</summary>
    public void Step(object? value)
    {
        var size = value switch
        {
            string text => text.Length >> 10,
            IReadOnlyCollection<object?> items => items.Count >> 4,
            _ => 0,
        };
        if (size == 0)
        {
            Step();
        }
        else
        {
            session.Steps += size;
            Check();
        }
    }

    private void Check()
    {
        Context.CancellationToken.ThrowIfCancellationRequested();
        if (session.Steps > options.StepLimit)
        {
            throw new ExpressionLimitException($"The expression needs more than {options.StepLimit} steps");
        }
    }

    public bool TryGet(string name, out object? value)
    {
        for (var current = scope; current is not null; current = current.Outer)
        {
            if (current.TryGet(name, out value))
            {
                return true;
            }
        }

        if (IsIsolated)
        {
            value = null;
            return false;
        }

        return Context.Variables.TryGetValue(name, out value) || TryGetBuiltIn(name, out value);
    }

    private static bool TryGetBuiltIn(string name, out object? value)
    {
        value = name switch { "locale" => "en_US", "_context" => ContextValue.Instance, _ => null };
        return value is not null;
    }

    public void Set(string name, object? value)
    {
        for (var current = scope; current is not null; current = current.Outer)
        {
            if (current.TrySet(name, value))
            {
                return;
            }
        }

        Define(name, value);
    }

    /// <summary>Sets a variable of the innermost scope.</summary>
    public void Define(string name, object? value) => (scope ??= new Scope(null)).Define(name, value);

    public void Push() => scope = new Scope(scope ?? new Scope(null));

    public void Pop() => scope = scope!.Outer;

    /// <summary>Runs a macro: nothing but its own variables, and its text apart.</summary>
    public string Isolated(Scope variables, Execute body)
    {
        var (outer, outerHidden, isolated) = (scope, hidden, IsIsolated);
        scope = variables;
        hidden = isolated ? hidden : outer;
        IsIsolated = true;
        try
        {
            return Captured(body);
        }
        finally
        {
            (scope, hidden, IsIsolated) = (outer, outerHidden, isolated);
        }
    }

    /// <summary>Renders a body into a text of its own.</summary>
    public string Captured(Execute body)
    {
        var (outer, java) = (Output, PrintsJava);
        Output = new Output(options.OutputLimit);
        PrintsJava = true;
        try
        {
            body(this);
            return Output.Text;
        }
        finally
        {
            Output = outer;
            PrintsJava = java;
        }
    }

    /// <summary>Goes one level deeper: into a macro, or into a rendering that an expression starts.</summary>
    public T Deeper<T>(Func<T> run)
    {
        if (session.Depth >= options.DepthLimit || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new ExpressionLimitException($"Macros and render() go deeper than {options.DepthLimit} levels");
        }

        session.Depth++;
        try
        {
            return run();
        }
        finally
        {
            session.Depth--;
        }
    }

    /// <summary>The variables that are visible.</summary>
    public IReadOnlyDictionary<string, object?> Visible() => IsIsolated
        ? new LayeredVariables(scope, new Dictionary<string, object?>(), hidden: false)
        : scope is null ? Context.Variables : new LayeredVariables(scope, Context.Variables, hidden: false);

    /// <summary>What a rendering that is started here works with. In a macro the names of the template are known and their values are not.</summary>
    public RenderContext Inner() => new(
        IsIsolated ? new LayeredVariables(hidden, Context.Variables, hidden: true) : Visible(), Context.Host, session, Context.CancellationToken);

    /// <summary>
    /// Changes a list in place, as an expression sees it. Values are never changed: the change is made on a copy, which stands
    /// for the list until the rendering ends.
    /// </summary>
    public IReadOnlyList<object?> Change(IReadOnlyList<object?> list, Action<List<object?>> change)
    {
        if (list is FixedList)
        {
            throw new ConversionException("The list can't be changed");
        }

        if (list is ListView view)
        {
            List<object?> items = [.. view];
            change(items);
            view.Replace(items);
            return view;
        }

        var changed = session.Changed ??= new Dictionary<object, ChangedList>(ReferenceEqualityComparer.Instance);
        if (!changed.TryGetValue(list, out var copy))
        {
            copy = new ChangedList([.. list]);
            changed[list] = copy;
            changed[copy.Items] = copy;
        }

        copy.Version++;
        change(copy.Items);
        return copy.Items;
    }

    /// <summary>The list as it is in this rendering.</summary>
    public object? Current(object? value) => session.Changed is { } changed && value is IReadOnlyList<object?> && changed.TryGetValue(value, out var copy) ? copy.Items : value;

    /// <summary>How often the list was changed so far.</summary>
    public int VersionOf(object? list) => session.Changed is { } changed && list is not null && changed.TryGetValue(list, out var copy) ? copy.Version : 0;

    /// <summary>The value with all lists inside it as they are in this rendering; for whatever looks into a value.</summary>
    public object? Settled(object? value) => session.Changed is null ? value : SettledDeep(value);

    private object? SettledDeep(object? value)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (value)
        {
            case ListView or FixedList or StringArray or ValueCollection:
                return value;
            case HashMapValue map:
                var entries = Array.ConvertAll([.. map.Entries], entry => entry with { Value = SettledDeep(entry.Value) });
                return entries.Zip(map.Entries).All(static pair => ReferenceEquals(pair.First.Value, pair.Second.Value)) ? map : map.With(entries);
            case IReadOnlyDictionary<string, object?> map:
                Step(value);
                return map.All(pair => ReferenceEquals(SettledDeep(pair.Value), pair.Value))
                    ? map
                    : new OrderedDictionary<string, object?>(map.Select(pair => KeyValuePair.Create(pair.Key, SettledDeep(pair.Value))), StringComparer.Ordinal);
            case IReadOnlyList<object?> list:
                return SettledList((IReadOnlyList<object?>)Current(list)!);
            default:
                return value;
        }
    }

    // A list keeps its identity: what changed inside it is put into its own stand-in.
    private IReadOnlyList<object?> SettledList(IReadOnlyList<object?> list)
    {
        Step(list);
        for (var index = 0; index < list.Count; index++)
        {
            var item = list[index];
            if (item is not IReadOnlyCollection<object?> and not IReadOnlyDictionary<string, object?>)
            {
                continue;
            }

            if (ReferenceEquals(item, list))
            {
                throw new ConversionException("A list contains itself");
            }

            var settled = SettledDeep(item);
            if (!ReferenceEquals(settled, item))
            {
                var place = index;
                list = Change(list, copy => copy[place] = settled);
            }
        }

        return list;
    }
}
