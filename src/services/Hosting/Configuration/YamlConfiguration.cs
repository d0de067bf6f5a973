using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Kestra.Hosting.Configuration;

/// <summary>Reads a YAML configuration into flat keys. Values stay texts; lists and the maps inside them stay objects.</summary>
public static class YamlConfiguration
{
    private const int MaximumDepth = 64;

    /// <param name="name">The file, or what else it came from, for messages.</param>
    /// <exception cref="ConfigurationException">Not YAML, no mapping at the top, or aliases.</exception>
    public static Dictionary<string, object?> Read(string text, string name)
    {
        var settings = new Dictionary<string, object?>(StringComparer.Ordinal);
        try
        {
            var parser = new Parser(new StringReader(text));
            parser.Consume<StreamStart>();
            while (parser.TryConsume<DocumentStart>(out _))
            {
                var value = ReadNode(parser, name, 0);
                parser.Consume<DocumentEnd>();
                if (value is Dictionary<string, object?> map)
                {
                    Flatten(map, "", settings);
                }
                else if (value is not null)
                {
                    throw new ConfigurationException($"The configuration {name} must be a mapping of keys to values.");
                }
            }
        }
        catch (YamlException exception)
        {
            throw new ConfigurationException($"The configuration {name} is not valid YAML: line {exception.Start.Line}, column {exception.Start.Column}: {exception.Message}", exception);
        }

        return settings;
    }

    private static object? ReadNode(IParser parser, string name, int depth)
    {
        if (depth > MaximumDepth)
        {
            throw new ConfigurationException($"The configuration {name} is nested deeper than {MaximumDepth} levels.");
        }

        if (parser.TryConsume<Scalar>(out var scalar))
        {
            return scalar.Style == ScalarStyle.Plain && scalar.Value is "" or "~" or "null" ? null : scalar.Value;
        }

        if (parser.TryConsume<SequenceStart>(out _))
        {
            var items = new List<object?>();
            while (!parser.TryConsume<SequenceEnd>(out _))
            {
                items.Add(ReadNode(parser, name, depth + 1));
            }

            return items;
        }

        if (parser.TryConsume<MappingStart>(out _))
        {
            var map = new Dictionary<string, object?>(StringComparer.Ordinal);
            while (!parser.TryConsume<MappingEnd>(out _))
            {
                map[parser.Consume<Scalar>().Value] = ReadNode(parser, name, depth + 1);
            }

            return map;
        }

        var position = parser.Current?.Start ?? Mark.Empty;
        throw new ConfigurationException($"The configuration {name} uses an alias in line {position.Line}; write the value out.");
    }

    private static void Flatten(Dictionary<string, object?> map, string prefix, Dictionary<string, object?> settings)
    {
        foreach (var (key, value) in map)
        {
            var path = prefix + SettingKey.Canonical(key);
            if (value is Dictionary<string, object?> inner)
            {
                Flatten(inner, path + ".", settings);
            }
            else
            {
                settings[path] = value;
            }
        }
    }
}
