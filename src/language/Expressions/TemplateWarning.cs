namespace Kestra.Expressions;

/// <summary>A fault that a template will have when a part of it is reached.</summary>
/// <param name="Message">What does not exist.</param>
/// <param name="Line">1-based.</param>
/// <param name="Column">1-based.</param>
/// <param name="Hint">The nearest name that exists; null when nothing is near.</param>
public sealed record TemplateWarning(string Message, int Line, int Column, string? Hint);
