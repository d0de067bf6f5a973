using System.CommandLine;
using System.Text.Json;
using Kestra.Cli.CommandLine;

namespace Kestra.Cli.Tests;

/// <summary>The commands against the original's command tree.</summary>
public sealed class ContractTests
{
    /// <summary>Commands of later versions that this one does not have.</summary>
    private static readonly HashSet<string> Later = new(StringComparer.Ordinal) { "server controller", "migrate plan", "migrate run", "migrate unlock" };

    /// <summary>Commands of our own.</summary>
    private static readonly HashSet<string> Own = new(StringComparer.Ordinal)
    {
        "flow run", "flow list", "list", "expression", "expression eval",
        "execution", "execution list", "execution get", "execution follow", "execution logs", "execution kill", "execution pause", "execution resume", "execution restart", "execution replay",
    };

    /// <summary>Options of our own on commands of the original.</summary>
    private static readonly HashSet<string> OwnOptions = new(StringComparer.Ordinal) { "--output", "--show-secrets" };

    /// <summary>Second names that field reports use.</summary>
    private static readonly Dictionary<string, string> OwnAliases = new(StringComparer.Ordinal) { ["--tenant-id"] = "--to" };

    private static readonly JsonElement Contract = Read();

    public static TheoryData<string> Commands => [.. Offered().Select(static command => command.GetProperty("path").GetString()!)];

    [Theory]
    [MemberData(nameof(Commands))]
    public void A_command_has_the_options_and_parameters_of_the_original(string path)
    {
        var expected = Offered().Single(command => command.GetProperty("path").GetString() == path);
        var command = Find(path).ShouldNotBeNull($"kestra {path}");

        foreach (var option in ExpectedOptions(expected))
        {
            CheckOption(command, option);
        }

        command.Arguments.Select(static argument => argument.Name).ShouldBe(expected.GetProperty("args").EnumerateArray().Select(static argument => argument.GetProperty("name").GetString()));
        foreach (var (argument, wanted) in command.Arguments.Zip(expected.GetProperty("args").EnumerateArray()))
        {
            var arity = wanted.GetProperty("arity").GetString();
            Arity(argument).ShouldBe(arity, $"{path} {argument.Name}");
        }
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void A_command_has_no_options_but_those_and_a_few_of_our_own(string path)
    {
        var known = ExpectedOptions(Offered().Single(command => command.GetProperty("path").GetString() == path))
            .SelectMany(static option => option.GetProperty("names").EnumerateArray().Select(static name => name.GetString()!).Append(Negation(option)))
            .Append("--help").Append("--version").ToHashSet(StringComparer.Ordinal);

        Find(path)!.Options.Select(static option => option.Name).Where(name => !known.Contains(name) && !OwnOptions.Contains(name)).ShouldBeEmpty();
    }

    [Fact]
    public void There_is_no_other_command()
    {
        var known = Offered().Select(static command => command.GetProperty("path").GetString()!).ToHashSet(StringComparer.Ordinal);

        All(Tree(), "").Where(path => !known.Contains(path) && !Own.Contains(path) && path != "migrate metadata secrets").ShouldBeEmpty();
        Own.Where(path => Find(path) is null).ShouldBeEmpty();
        Later.Where(path => Find(path) is not null).ShouldBeEmpty();
    }

    [Fact]
    public void Every_command_and_option_says_what_it_is_for()
    {
        foreach (var path in All(Tree(), ""))
        {
            var command = Find(path)!;
            command.Description.ShouldNotBeNullOrEmpty(path);
            command.Options.Where(static option => !option.Hidden).ShouldAllBe(static option => !string.IsNullOrEmpty(option.Description));
            command.Arguments.ShouldAllBe(static argument => !string.IsNullOrEmpty(argument.Description));
        }
    }

    [Fact]
    public void A_group_is_built_only_when_it_is_named()
    {
        using var workspace = new Workspace();
        var tree = CommandTree.Build(Common(workspace), ["flow", "list"]);

        tree.Subcommands.Single(static group => group.Name == "flow").Subcommands.ShouldNotBeEmpty();
        tree.Subcommands.Single(static group => group.Name == "server").Subcommands.ShouldBeEmpty();
    }

    private static void CheckOption(Command command, JsonElement wanted)
    {
        var names = wanted.GetProperty("names").EnumerateArray().Select(static name => name.GetString()!).ToList();
        var option = OptionsOf(command).SingleOrDefault(candidate => candidate.Name == names[^1]);
        option.ShouldNotBeNull(names[^1]);
        option.Aliases.ShouldBe([.. names[..^1], .. Present(Text(wanted, "alias20")), .. Present(OwnAliases.GetValueOrDefault(option.Name))], ignoreOrder: true);
        var described = (IDescribed)option;
        (described.Label is null).ShouldBe(Text(wanted, "type") is "flag" or "boolean", $"{option.Name} takes a value");
        if (Text(wanted, "label") is { } label)
        {
            $"<{described.Label}>".ShouldBe(label);
        }

        (described.Split?.ToString()).ShouldBe(Text(wanted, "split"));
        if (Text(wanted, "negatable") is { } negation)
        {
            described.Negatable.ShouldBeTrue();
            OptionsOf(command).ShouldContain(other => other.Name == negation && other.Hidden);
        }
    }

    private static IEnumerable<string> Present(string? text) => text is null ? [] : [text];

    private static string Arity(Argument argument) => argument.Arity switch
    {
        { MinimumNumberOfValues: 1, MaximumNumberOfValues: 1 } => "1",
        { MinimumNumberOfValues: 0, MaximumNumberOfValues: 1 } => "0..1",
        _ => "0..*",
    };

    private static IEnumerable<Option> OptionsOf(Command command) => command.Options.Concat(Tree().Options);

    private static IEnumerable<JsonElement> Offered() => Contract.GetProperty("commands").EnumerateArray()
        .Where(static command => command.GetProperty("edition").GetString() != "EE" && command.GetProperty("path").GetString() is var path && path != "kestra" && !Later.Contains(path!));

    private static IEnumerable<JsonElement> ExpectedOptions(JsonElement command) => command.GetProperty("inherits").EnumerateArray()
        .SelectMany(static set => Contract.GetProperty("optionSets").GetProperty(set.GetString()!).EnumerateArray())
        .Concat(command.GetProperty("options").EnumerateArray());

    private static string Negation(JsonElement option) => Text(option, "negatable") ?? "";

    private static string? Text(JsonElement element, string property) => element.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static Command? Find(string path) => path.Split(' ').Aggregate((Command?)Tree(), static (command, name) => command?.Subcommands.FirstOrDefault(sub => sub.Name == name));

    private static IEnumerable<string> All(Command command, string path) =>
        command.Subcommands.SelectMany(sub => All(sub, $"{path} {sub.Name}".Trim()).Prepend($"{path} {sub.Name}".Trim()));

    private static Command Tree()
    {
        using var workspace = new Workspace();
        return CommandTree.Build(Common(workspace));
    }

    private static CommonOptions Common(Workspace workspace) => new(new CliHost
    {
        Terminal = new Terminal(TextReader.Null, TextWriter.Null, TextWriter.Null),
        Environment = workspace.Environment,
        CurrentFolder = workspace.Folder,
        HomeFolder = workspace.Folder,
        Time = TimeProvider.System,
        Interruption = workspace.Interruption,
    });

    private static JsonElement Read()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Repository.Root, "tests/contracts/data/cli.json")));
        return document.RootElement.Clone();
    }
}
