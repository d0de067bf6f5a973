namespace Kestra.Expressions.Compilation;

/// <summary>Variables of the template, of one loop or of one macro call.</summary>
internal sealed class Scope(Scope? outer)
{
    // Scopes are small; a search beats a hash table until here.
    private const int Small = 8;

    private string[] names = new string[2];
    private object?[] values = new object?[2];
    private Dictionary<string, int>? index;
    private int count;

    public Scope? Outer { get; } = outer;

    public IEnumerable<KeyValuePair<string, object?>> Entries
    {
        get
        {
            for (var position = 0; position < count; position++)
            {
                yield return KeyValuePair.Create(names[position], values[position]);
            }
        }
    }

    public bool TryGet(string name, out object? value)
    {
        var position = Find(name);
        value = position >= 0 ? values[position] : null;
        return position >= 0;
    }

    /// <summary>Assigns a variable that exists here.</summary>
    public bool TrySet(string name, object? value)
    {
        var position = Find(name);
        if (position >= 0)
        {
            values[position] = value;
        }

        return position >= 0;
    }

    public void Define(string name, object? value)
    {
        if (TrySet(name, value))
        {
            return;
        }

        if (count == names.Length)
        {
            Array.Resize(ref names, count * 2);
            Array.Resize(ref values, count * 2);
        }

        names[count] = name;
        values[count] = value;
        index?.Add(name, count);
        count++;
        if (count > Small && index is null)
        {
            index = new Dictionary<string, int>(StringComparer.Ordinal);
            for (var position = 0; position < count; position++)
            {
                index.Add(names[position], position);
            }
        }
    }

    private int Find(string name)
    {
        if (index is not null)
        {
            return index.TryGetValue(name, out var found) ? found : -1;
        }

        for (var position = 0; position < count; position++)
        {
            if (names[position] == name)
            {
                return position;
            }
        }

        return -1;
    }
}
