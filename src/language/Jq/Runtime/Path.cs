namespace Kestra.Jq.Runtime;

/// <summary>A place in a value, from the root on: names, indices, and slices as <c>{"start", "end"}</c>.</summary>
internal sealed class Path
{
    private readonly Path? _parent;
    private readonly object? _key;
    private readonly int _length;

    private Path(Path? parent, object? key)
    {
        _parent = parent;
        _key = key;
        _length = parent is null ? 0 : parent._length + 1;
    }

    public static Path Root { get; } = new(null, null);

    public static Path Lost { get; } = new(null, null);

    /// <summary>A place inside this one; what is inside a lost place is lost too.</summary>
    public Path Child(object? key) => ReferenceEquals(this, Lost) ? this : new(this, key);

    public object?[] Keys()
    {
        var keys = new object?[_length];
        for (var path = this; path._parent is not null; path = path._parent)
        {
            keys[path._length - 1] = path._key;
        }

        return keys;
    }
}
