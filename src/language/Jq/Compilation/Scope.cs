using Kestra.Jq.Runtime;

namespace Kestra.Jq.Compilation;

/// <summary>The names that a part of a program sees, innermost first. Its level counts the bindings that the run will have made.</summary>
internal sealed class Scope
{
    private readonly Scope? _parent;
    private readonly string _key;

    private Scope(Scope? parent, string key, int level)
    {
        _parent = parent;
        _key = key;
        Level = level;
    }

    public static Scope Root { get; } = new(null, "", 0);

    public int Level { get; }

    /// <summary>The function that the name stands for; null for variables, arguments and labels.</summary>
    public Definition? Definition { get; private init; }

    public Scope WithVariable(string name) => Bound($"${name}");

    public Scope WithLabel(string name) => Bound($"*{name}");

    public Scope WithArgument(string name) => Bound($"{name}/0");

    /// <summary>The binding that entering a function makes; it has no name.</summary>
    public Scope WithFrame() => Bound("");

    public Scope WithFunction(string name, int arity, Definition definition) => new(this, $"{name}/{arity}", Level) { Definition = definition };

    /// <summary>Level of a variable, −1 when there is none of the name.</summary>
    public int FindVariable(string name) => Find($"${name}")?.Level ?? -1;

    public int FindLabel(string name) => Find($"*{name}")?.Level ?? -1;

    public Scope? FindCallable(string name, int arity) => Find($"{name}/{arity}");

    private Scope Bound(string key) => new(this, key, Level + 1);

    private Scope? Find(string key)
    {
        for (var scope = this; scope._parent is not null; scope = scope._parent)
        {
            if (scope._key == key)
            {
                return scope;
            }
        }

        return null;
    }
}
