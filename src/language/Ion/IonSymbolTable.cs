namespace Kestra.Ion;

/// <summary>Names of numbered symbols: the nine of the system and those that a document declares.</summary>
internal sealed class IonSymbolTable(IonOptions options)
{
    public const string Annotation = "$ion_symbol_table";

    private static readonly string[] System =
    [
        "$ion", "$ion_1_0", Annotation, "name", "version", "imports", "symbols", "max_id", "$ion_shared_symbol_table",
    ];

    private readonly List<string?> _names = [.. System];

    /// <summary>The highest number that has a meaning.</summary>
    public int MaxId => _names.Count;

    /// <summary>The name; null for number 0 and for symbols whose text is not known.</summary>
    public bool TryGet(long id, out string? name)
    {
        name = id > 0 && id <= _names.Count ? _names[(int)id - 1] : null;
        return id >= 0 && id <= _names.Count;
    }

    /// <summary>Forgets the declared names, as a version marker does.</summary>
    public void Reset() => _names.RemoveRange(System.Length, _names.Count - System.Length);

    /// <summary>Takes over a struct that was annotated as a symbol table.</summary>
    public void Declare(IReadOnlyDictionary<string, object?> table)
    {
        var appends = table.TryGetValue("imports", out var imports) && imports is Annotation;
        if (!appends)
        {
            Reset();
            Import(imports as IReadOnlyList<object?>);
        }

        if (table.TryGetValue("symbols", out var symbols) && symbols is IReadOnlyList<object?> names)
        {
            foreach (var name in names)
            {
                Add(name as string);
            }
        }
    }

    // A shared table is not at hand here; its symbols keep their numbers but have no text.
    private void Import(IReadOnlyList<object?>? imports)
    {
        foreach (var import in imports ?? [])
        {
            if (import is IReadOnlyDictionary<string, object?> table && table.TryGetValue("max_id", out var count) && count is int or long)
            {
                var symbols = Convert.ToInt64(((IReadOnlyDictionary<string, object?>)import)["max_id"], global::System.Globalization.CultureInfo.InvariantCulture);
                for (var i = 0L; i < symbols; i++)
                {
                    Add(null);
                }
            }
        }
    }

    private void Add(string? name)
    {
        if (_names.Count >= options.MaxSymbols)
        {
            throw new IonException($"The symbol table has more than {options.MaxSymbols} names");
        }

        _names.Add(name);
    }
}
