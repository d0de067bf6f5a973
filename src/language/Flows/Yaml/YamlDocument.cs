using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using Parser = YamlDotNet.Core.Parser;

namespace Kestra.Flows.Yaml;

/// <summary>A YAML text as raw values, with the position of each.</summary>
/// <param name="Root">Of the closed list of values; null for an empty text.</param>
/// <param name="Positions">Line and column, 1-based, by path (<c>tasks[0].id</c>).</param>
/// <param name="Repeated">Keys that appear more than once in their map; the last one counts.</param>
public sealed record YamlDocument(object? Root, IReadOnlyDictionary<string, (long Line, long Column)> Positions, IReadOnlyList<RepeatedKey> Repeated)
{
    /// <summary>Plain scalars of the inputs that are numbers or truth values, as they were written, by path.</summary>
    public IReadOnlyDictionary<string, string> InputScalars { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <exception cref="YamlException">The text is not YAML, or exceeds a limit.</exception>
    public static YamlDocument Parse(string text, YamlLimits? limits = null) => new YamlReading(text, limits ?? new YamlLimits()).Read();
}

/// <param name="Line">Of the repetition, 1-based.</param>
/// <param name="EndColumn">Where the key ends, 1-based.</param>
public sealed record RepeatedKey(string Path, string Key, long Line, long Column, long EndColumn);

/// <summary>
/// Builds values from parser events, so that nothing is ever expanded: an alias is the text of its name, as Kestra reads it.
/// What a document would hold if its aliases were expanded is counted all the same, so that a bomb of aliases is refused
/// here, before it reaches a reader that does expand them.
/// </summary>
internal sealed class YamlReading(string text, YamlLimits limits)
{
    private readonly Dictionary<string, (long Line, long Column)> positions = new(StringComparer.Ordinal);
    private readonly List<RepeatedKey> repeated = [];
    private readonly Dictionary<string, string> inputScalars = new(StringComparer.Ordinal);
    private readonly List<OpenCollection> open = [];
    private (long Line, long Column) readUpTo = (1, 1);
    private long readIndex;
    private readonly Dictionary<string, long> anchored = new(StringComparer.Ordinal);
    private int nodes;
    private int aliases;
    private long expanded;

    public YamlDocument Read()
    {
        if (text.Length > limits.Length)
        {
            throw Exceeded($"The text has {text.Length} characters, more than the limit of {limits.Length}", (1, 1));
        }

        try
        {
            using var reader = new StringReader(text);
            var parser = new Parser(reader);
            parser.Consume<StreamStart>();
            if (!parser.TryConsume<DocumentStart>(out _))
            {
                return new YamlDocument(null, positions, repeated);
            }

            return new YamlDocument(Node(parser, "", 0), positions, repeated) { InputScalars = inputScalars };
        }
        catch (YamlDotNet.Core.YamlException error)
        {
            // This fault is found while the scalar before it is read, which then counts as read.
            var upTo = error.Message.Contains("found invalid mapping", StringComparison.Ordinal) ? (error.Start.Line, error.Start.Column) : readUpTo;
            throw new YamlException(YamlFaultText.Of(text, error, open, readIndex), error.Start.Line, error.Start.Column) { ReadUpTo = upTo };
        }
        catch (InvalidOperationException)
        {
            // The parser fails at some texts instead of refusing them.
            throw new YamlException(YamlFaultText.Unnamed(text, readIndex), readUpTo.Line, readUpTo.Column) { ReadUpTo = readUpTo };
        }
    }

    private object? Node(IParser parser, string path, int depth)
    {
        var start = parser.Current!.Start;
        positions.TryAdd(path, (start.Line, start.Column));
        if (++nodes > limits.Nodes)
        {
            throw Exceeded($"The document has more than {limits.Nodes} values", (start.Line, start.Column));
        }

        if (depth > limits.Depth)
        {
            throw Exceeded($"The document is nested deeper than {limits.Depth} levels", (start.Line, start.Column));
        }

        expanded++;
        if (parser.Current is NodeEvent { Anchor.IsEmpty: false } node)
        {
            var before = expanded - 1;
            var value = Content(parser, path, depth);
            anchored[node.Anchor.Value] = expanded - before;
            return value;
        }

        return Content(parser, path, depth);
    }

    private object? Content(IParser parser, string path, int depth)
    {
        switch (parser.Current)
        {
            case MappingStart:
                return Map(parser, path, depth);
            case SequenceStart:
                return List(parser, path, depth);
            case AnchorAlias alias:
                Count(alias);
                Next(parser);
                return alias.Value.Value;
            default:
                var scalar = (Scalar)parser.Current!;
                Next(parser);
                var value = YamlScalar.Value(scalar);
                if (value is not (null or string) && path.StartsWith("inputs[", StringComparison.Ordinal))
                {
                    inputScalars[path] = scalar.Value;
                }

                return value;
        }
    }

    private OrderedDictionary<string, object?> Map(IParser parser, string path, int depth)
    {
        Next(parser);
        var map = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        while (parser.Current is not MappingEnd)
        {
            var start = parser.Current!.Start;
            var end = parser.Current.End;
            var key = Key(parser);
            Next(parser);
            var at = path.Length == 0 ? key : $"{path}.{key}";
            if (map.ContainsKey(key))
            {
                repeated.Add(new RepeatedKey(at, key, end.Line, start.Column, end.Column));
            }

            positions[at] = (start.Line, start.Column);
            map[key] = Node(parser, at, depth + 1);
        }

        Next(parser);
        return map;
    }

    private string Key(IParser parser)
    {
        switch (parser.Current)
        {
            case Scalar scalar:
                return scalar.Value;
            case AnchorAlias alias:
                Count(alias);
                return alias.Value.Value;
            default:
                var at = parser.Current!.Start;
                throw new YamlException("Expected a field name", at.Line, at.Column) { ReadUpTo = readUpTo };
        }
    }

    private List<object?> List(IParser parser, string path, int depth)
    {
        Next(parser);
        var list = new List<object?>();
        while (parser.Current is not SequenceEnd)
        {
            list.Add(Node(parser, string.Create(CultureInfo.InvariantCulture, $"{path}[{list.Count}]"), depth + 1));
        }

        Next(parser);
        return list;
    }

    private void Next(IParser parser)
    {
        var current = parser.Current!;
        readUpTo = (current.End.Line, current.End.Column);
        readIndex = current.End.Index;
        switch (current)
        {
            case MappingStart map:
                open.Add(new OpenCollection(map.Start.Index, map.Style == YamlDotNet.Core.Events.MappingStyle.Flow));
                break;
            case SequenceStart list:
                open.Add(new OpenCollection(list.Start.Index, list.Style == YamlDotNet.Core.Events.SequenceStyle.Flow));
                break;
            case MappingEnd or SequenceEnd:
                open.RemoveAt(open.Count - 1);
                break;
        }

        parser.MoveNext();
    }

    private void Count(AnchorAlias alias)
    {
        if (++aliases > limits.Aliases)
        {
            throw Exceeded($"The document has more than {limits.Aliases} aliases", (alias.Start.Line, alias.Start.Column));
        }

        // Each of its levels multiplies, so the limit is met long before the count could overflow.
        expanded += anchored.GetValueOrDefault(alias.Value.Value);
        if (expanded > limits.Nodes)
        {
            throw Exceeded($"The aliases of the document stand for more than {limits.Nodes} values", (alias.Start.Line, alias.Start.Column));
        }
    }

    private static YamlException Exceeded(string message, (long Line, long Column) at) => new(message, at.Line, at.Column) { IsLimit = true };
}
