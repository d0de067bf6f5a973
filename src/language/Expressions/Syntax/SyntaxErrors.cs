namespace Kestra.Expressions.Syntax;

/// <summary>Texts of errors, in the form that logs have shown from the start.</summary>
internal static class SyntaxErrors
{
    private const string Parser = "io.pebbletemplates.pebble.error.ParserException";
    private const string Evaluation = "io.pebbletemplates.pebble.error.PebbleException";

    public static ExpressionException Of(string message, string source, int line) =>
        new($"{Parser}: {message} ({source}:{line})", source, line);

    public static ExpressionException InEvaluation(string message, string source, int line, Exception? inner) =>
        new($"{Evaluation}: {message} ({source}:{line})", source, line, inner);
}
