namespace Kestra.Expressions.Syntax;

/// <summary>Texts of errors, in the form that logs have shown from the start.</summary>
internal static class SyntaxErrors
{
    private const string Parser = "io.pebbletemplates.pebble.error.ParserException";
    private const string Evaluation = "io.pebbletemplates.pebble.error.PebbleException";
    private const string Access = "io.pebbletemplates.pebble.error.ClassAccessException";

    public static ExpressionException Of(string message, string source, Place at) =>
        new($"{Parser}: {message} ({source}:{at.Line})", source, at.Offset);

    public static ExpressionException InEvaluation(string message, string source, Place at, Exception? inner) =>
        new($"{Evaluation}: {message} ({source}:{at.Line})", source, at.Offset, inner) { Hint = (inner as EvaluationException)?.Hint };

    /// <summary>Inside <c>render()</c> the place is not known.</summary>
    public static ExpressionException Rendered(ExpressionException error) =>
        new($"{Evaluation}: {error.Message} (?:?)", error.Expression, inner: error) { Hint = error.Hint };

    public static ExpressionException Denied(string member, string source, Place at) =>
        new($"{Access}: For security reasons access to {member} method is denied. ({source}:{at.Line})", source, at.Offset);
}
