using System.Collections.Frozen;

namespace Kestra.Hosting.Configuration;

/// <summary>The documented keys, read from the list that is part of this assembly.</summary>
public static class KnownKeys
{
    private static readonly Lazy<IReadOnlyList<KnownKey>> List = new(Read);

    private static readonly Lazy<FrozenDictionary<string, KnownKey>> BySquashedName =
        new(() => List.Value.Where(key => !key.HasFreePart && !key.Pattern.Contains("[]", StringComparison.Ordinal))
            .GroupBy(key => SettingKey.Squashed(key.Pattern), StringComparer.Ordinal)
            .ToFrozenDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal));

    public static IReadOnlyList<KnownKey> All => List.Value;

    /// <summary>The key that an environment variable means, or null.</summary>
    public static KnownKey? FindByVariable(string variable) => BySquashedName.Value.GetValueOrDefault(SettingKey.Squashed(variable));

    public static KnownKey? Find(string key) => List.Value.FirstOrDefault(known => known.Matches(key));

    private static List<KnownKey> Read()
    {
        using var stream = typeof(KnownKeys).Assembly.GetManifestResourceStream("Kestra.Hosting.config-keys.csv")
            ?? throw new InvalidOperationException("The list of configuration keys is missing from the assembly.");
        using var reader = new StreamReader(stream);
        reader.ReadLine();
        var keys = new List<KnownKey>();
        while (reader.ReadLine() is { } line)
        {
            var cells = Cells(line);
            keys.Add(new KnownKey(cells[0], cells[1], cells[2], cells[3], cells[4]));
        }

        return keys;
    }

    // One record a line; a cell with a comma is quoted and holds no quotes of its own.
    private static List<string> Cells(string line)
    {
        var cells = new List<string>();
        var start = 0;
        while (start <= line.Length)
        {
            if (start < line.Length && line[start] == '"')
            {
                var end = line.IndexOf('"', start + 1);
                cells.Add(line[(start + 1)..end]);
                start = end + 2;
            }
            else
            {
                var end = line.IndexOf(',', start);
                end = end < 0 ? line.Length : end;
                cells.Add(line[start..end]);
                start = end + 1;
            }
        }

        return cells;
    }
}
