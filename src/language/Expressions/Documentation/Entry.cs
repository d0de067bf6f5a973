namespace Kestra.Expressions.Documentation;

/// <summary>What the page of the language says about one filter, function, test, operator or tag.</summary>
/// <param name="Summary">One sentence.</param>
/// <param name="Examples">Templates over the variables of the page, with what they print; a test runs them.</param>
internal sealed record Entry(string Summary, params (string Template, string Result)[] Examples);
