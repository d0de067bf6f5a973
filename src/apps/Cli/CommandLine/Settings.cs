using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Kestra.Cli.CommandLine;

/// <summary>The kinds of options and positional parameters that commands are made of.</summary>
internal static class Settings
{
    /// <summary>On when given.</summary>
    public static Setting<bool> Flag(string description, params string[] names) => new(names, description) { Arity = ArgumentArity.Zero };

    /// <summary>On or, with <c>no-</c> before its name, off; off when not given. The last use counts.</summary>
    public static Setting<bool> Negatable(string description, string name) => new([name], description) { Arity = ArgumentArity.Zero, Negatable = true };

    /// <summary>The hidden other half of <see cref="Negatable"/>.</summary>
    public static Setting<bool> Negation(string name) => new([$"--no-{name.TrimStart('-')}"], "") { Arity = ArgumentArity.Zero, Hidden = true };

    /// <summary>A flag that is on by default and is switched off by the value <c>false</c>.</summary>
    public static Setting<bool> Switch(string description, string name, bool byDefault) => new([name], description)
    {
        Arity = ArgumentArity.ZeroOrOne,
        DefaultValueFactory = _ => byDefault,
        DefaultText = byDefault ? "true" : "false",
    };

    public static Setting<string?> Text(string description, string label, params string[] names) => Text(description, label, null, names);

    /// <param name="byDefault">The value when none is given, shown by the help page.</param>
    public static Setting<string?> Text(string description, string label, string? byDefault, string[] names) => new(names, description)
    {
        Label = label,
        Arity = ArgumentArity.ExactlyOne,
        DefaultText = byDefault,
        DefaultValueFactory = _ => byDefault,
    };

    public static Setting<int?> Integer(string description, string label, string? defaultText, params string[] names) => new(names, description)
    {
        Label = label,
        Arity = ArgumentArity.ExactlyOne,
        DefaultText = defaultText,
        CustomParser = result => int.TryParse(result.Tokens[0].Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : Invalid<int?>(result, label, $"'{result.Tokens[0].Value}' is not an int"),
    };

    /// <summary>One of the names of an enumeration, in any case.</summary>
    public static Setting<T> Choice<T>(string description, string label, T byDefault, params string[] names)
        where T : struct, Enum => new(names, description)
        {
            Label = label,
            Arity = ArgumentArity.ExactlyOne,
            DefaultText = byDefault.ToString(),
            DefaultValueFactory = _ => byDefault,
            CustomParser = result => Enum.TryParse<T>(result.Tokens[0].Value, ignoreCase: true, out var value) && Enum.IsDefined(value)
                ? value
                : Invalid<T>(result, label, $"expected one of [{string.Join(", ", Enum.GetNames<T>())}] (case-insensitive) but was '{result.Tokens[0].Value}'"),
        };

    /// <summary>Values separated by commas; may also be repeated.</summary>
    public static Setting<string[]> List(string description, string label, params string[] names) => new(names, description)
    {
        Label = label,
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
        Repeatable = true,
        Split = ',',
        DefaultText = "[]",
        DefaultValueFactory = static _ => [],
        CustomParser = static result => [.. result.Tokens.SelectMany(static token => token.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))],
    };

    /// <summary>One value a use, as often as wanted.</summary>
    public static Setting<string[]> Repeated(string description, string label, params string[] names) => new(names, description)
    {
        Label = label,
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
        Repeatable = true,
        DefaultValueFactory = static _ => [],
    };

    /// <summary>A pair <c>name=value</c> a use, as often as wanted.</summary>
    public static Setting<KeyValuePair<string, string>[]> Pairs(string description, string label, params string[] names) => new(names, description)
    {
        Label = label,
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
        Repeatable = true,
        DefaultValueFactory = static _ => [],
        CustomParser = result => [.. result.Tokens.Select(token => Pair(token.Value, result, label))],
    };

    public static Parameter<string> Required(string name, string description) => new(name, description) { Arity = ArgumentArity.ExactlyOne };

    public static Parameter<string> Optional(string name, string description, string byDefault) => new(name, description)
    {
        Arity = ArgumentArity.ZeroOrOne,
        DefaultText = byDefault,
        DefaultValueFactory = _ => byDefault,
    };

    public static Parameter<string[]> Rest(string name, string description) => new(name, description)
    {
        Arity = ArgumentArity.ZeroOrMore,
        Repeatable = true,
        DefaultText = "[]",
        DefaultValueFactory = static _ => [],
    };

    private static KeyValuePair<string, string> Pair(string text, ArgumentResult result, string label)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0
            ? new(text[..equals], text[(equals + 1)..])
            : Invalid<KeyValuePair<string, string>>(result, label, $"Value for option option '{NameOf(result)}' (<{label}>) should be in KEY=VALUE format but was {text}", whole: true);
    }

    private static T Invalid<T>(ArgumentResult result, string label, string problem, bool whole = false)
    {
        result.AddError(whole ? problem : $"Invalid value for option '{NameOf(result)}' (<{label}>): {problem}");
        return default!;
    }

    private static string NameOf(ArgumentResult result) => (result.Parent as OptionResult)?.Option.Name ?? result.Argument.Name;
}
