using System.Globalization;
using Kestra.Model.Flows.Reading;

namespace Kestra.Flows;

/// <summary>The texts with which Kestra says that a source can't be read (§1.3 of the model).</summary>
internal static class UnreadableText
{
    /// <summary>Friendlier words for what a parser says, by a part of its message.</summary>
    private static readonly (string Part, string Text)[] Friendlier =
    [
        ("Expected a field name", "YAML syntax error: Invalid structure. Check indentation and ensure all fields are properly formatted."),
        ("MappingStartEvent", "YAML syntax error: Unexpected mapping start. Verify that scalar values are properly quoted if needed."),
        ("Scalar value", "YAML syntax error: Expected a simple value but found complex structure. Check for unquoted special characters."),
    ];

    /// <summary>A fault of one definition.</summary>
    public static string Of(DefinitionFault fault) => fault.Kind switch
    {
        FaultKind.Shape => $"Illegal flowwithsource source: {Worded($"{fault.Message}\n at [Source: UNKNOWN; byte offset: #UNKNOWN]{Chain(fault)}")} (at line -1)",
        FaultKind.Cast => $"Illegal flowwithsource source: {Worded(fault.Message + Chain(fault))}",
        _ => fault.Message,
    };

    /// <summary>A fault of the text itself.</summary>
    /// <param name="kind">What was to be read: a <c>Flow</c>, or a <c>genericflow</c> when it is saved.</param>
    public static string Source(string kind, string message, (long Line, long Column) at)
    {
        var (line, column) = at;
        return string.Create(CultureInfo.InvariantCulture, $"Illegal {kind} source: {Worded(string.Create(CultureInfo.InvariantCulture, $"{message}\n at [Source: (StringReader); line: {line}, column: {column}]"))} (at line {line})");
    }

    private static string Chain(DefinitionFault fault) => fault.Chain.Length == 0 ? "" : $" (through reference chain: {fault.Chain})";

    private static string Worded(string message)
    {
        foreach (var (part, text) in Friendlier)
        {
            if (message.Contains(part, StringComparison.Ordinal))
            {
                return text;
            }
        }

        return $"YAML parsing error: {message}";
    }
}
