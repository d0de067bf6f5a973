using System.CommandLine;
using System.Text;

namespace Kestra.Cli.CommandLine;

/// <summary>Help in the layout that users of Kestra know: usage, description, parameters, options, commands.</summary>
internal static class HelpPage
{
    private const int Width = 80;
    private const int LongestLabel = 20;
    private const int LabelStart = 6;

    /// <param name="path">The command with the names of those above it: <c>kestra flow validate</c>.</param>
    /// <param name="inherited">Options that stand on a command above.</param>
    public static void Write(TextWriter output, Command command, string path, IReadOnlyList<Option> inherited, bool isRoot)
    {
        var options = command.Options.Concat(isRoot ? [] : inherited).Distinct().Where(option => !option.Hidden && (!isRoot || option.Name is "--help" or "--version")).OrderBy(SortKey, StringComparer.OrdinalIgnoreCase).ThenBy(ShortestName, StringComparer.Ordinal).ToList();
        var commands = command.Subcommands.Where(static sub => !sub.Hidden).ToList();
        WriteUsage(output, command, path, options, commands.Count > 0, isRoot);
        foreach (var line in Wrap(command.Description ?? "", Width))
        {
            output.WriteLine(line);
        }

        WriteEntries(output, command, options, isRoot);
        if (commands.Count > 0)
        {
            WriteCommands(output, commands, isRoot);
        }
    }

    private static void WriteUsage(TextWriter output, Command command, string path, List<Option> options, bool hasCommands, bool isRoot)
    {
        var start = $"Usage: {path}";
        var line = new StringBuilder(start);
        foreach (var part in isRoot ? ["[-hV]", "[COMMAND]"] : Synopsis(command, options, hasCommands))
        {
            if (line.Length + 1 + part.Length > Width && line.Length > start.Length)
            {
                output.WriteLine(line);
                line.Clear().Append(' ', start.Length);
            }

            line.Append(' ').Append(part);
        }

        output.WriteLine(line);
    }

    private static IEnumerable<string> Synopsis(Command command, List<Option> options, bool hasCommands)
    {
        var flags = options.Where(static option => Described(option).Label is null).ToList();
        var letters = string.Concat(flags.Select(static option => ShortName(option)).Where(static name => name is not null).Select(static name => name![1..]));
        if (letters.Length > 0)
        {
            yield return $"[-{letters}]";
        }

        foreach (var flag in flags.Where(static option => ShortName(option) is null))
        {
            yield return $"[{LongLabel(flag)}]";
        }

        foreach (var option in options.Where(static option => Described(option).Label is not null).OrderBy(static option => Described(option).Repeatable))
        {
            yield return $"[{ShortestName(option)}={Value(option)}]{(Described(option).Repeatable ? "..." : "")}";
        }

        foreach (var argument in command.Arguments)
        {
            yield return Positional(argument);
        }

        if (hasCommands)
        {
            yield return "[COMMAND]";
        }
    }

    private static void WriteEntries(TextWriter output, Command command, List<Option> options, bool isRoot)
    {
        var entries = command.Arguments.Select(static argument => (Label: new string(' ', LabelStart) + Positional(argument), Text: argument.Description ?? "", Default: ((IDescribed)argument).DefaultText))
            .Concat(options.Select(static option => (Label: OptionLabel(option), Text: option.Description ?? "", Default: DefaultOf(option))))
            .ToList();
        if (entries.Count > 0 && isRoot)
        {
            output.WriteLine();
            output.WriteLine("Options:");
        }

        var column = LabelStart + entries.Select(static entry => entry.Label.Length - LabelStart).Where(static length => length <= LongestLabel).DefaultIfEmpty(0).Max() + 3;
        foreach (var (label, text, byDefault) in entries)
        {
            var lines = Wrap(text, Width - column).Concat(string.IsNullOrEmpty(byDefault) ? [] : Wrap($"Default: {byDefault}", Width - column - 2).Select(static line => "  " + line)).ToList();
            var fits = label.Length <= column - 3;
            output.WriteLine(fits && lines.Count > 0 ? label.PadRight(column) + lines[0] : label);
            foreach (var line in lines.Skip(fits ? 1 : 0))
            {
                output.WriteLine(new string(' ', column) + line);
            }
        }
    }

    private static void WriteCommands(TextWriter output, List<Command> commands, bool isRoot)
    {
        if (isRoot)
        {
            output.WriteLine();
        }

        output.WriteLine("Commands:");
        var column = commands.Max(static command => command.Name.Length) + 4;
        foreach (var command in commands)
        {
            var lines = Wrap(command.Description ?? "", Width - column).DefaultIfEmpty("").ToList();
            output.WriteLine(("  " + command.Name).PadRight(column) + lines[0]);
            foreach (var line in lines.Skip(1))
            {
                output.WriteLine(new string(' ', column) + line);
            }
        }
    }

    private static string? DefaultOf(Option option) => Described(option) is { Label: null, Negatable: false, DefaultText: null } ? null : Described(option).DefaultText;

    private static string OptionLabel(Option option) => ShortName(option) is { } name
        ? $"  {name}, {LongLabel(option)}{ValueSuffix(option)}"
        : $"      {LongLabel(option)}{ValueSuffix(option)}";

    private static string LongLabel(Option option)
    {
        var name = option.Name;
        return Described(option).Negatable ? $"--[no-]{name[2..]}" : name;
    }

    private static string ValueSuffix(Option option) => Described(option).Label is null ? "" : "=" + Value(option);

    private static string Value(Option option)
    {
        var described = Described(option);
        return described.Split is { } split ? $"<{described.Label}>[{split}<{described.Label}>...]" : $"<{described.Label}>";
    }

    private static string Positional(Argument argument) => argument.Arity switch
    {
        { MinimumNumberOfValues: > 0 } => $"<{argument.Name}>",
        { MaximumNumberOfValues: > 1 } => $"[<{argument.Name}>...]",
        _ => $"[<{argument.Name}>]",
    };

    private static IDescribed Described(Option option) => (IDescribed)option;

    private static string SortKey(Option option) => ShortestName(option).TrimStart('-');

    private static string ShortestName(Option option) => ShortName(option) ?? option.Name;

    private static string? ShortName(Option option) => option.Aliases.FirstOrDefault(static alias => alias.Length == 2);

    private static IEnumerable<string> Wrap(string text, int width)
    {
        var line = new StringBuilder();
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line.ToString();
                line.Clear();
            }

            line.Append(line.Length > 0 ? " " : "").Append(word);
        }

        if (line.Length > 0)
        {
            yield return line.ToString();
        }
    }
}
