using Kestra.Model.Executions;
using Kestra.Plugins.Core.Storage;
using Kestra.Plugins.Testing;

namespace Kestra.Plugins.Core.Tests;

public sealed class StorageTasksTests : IDisposable
{
    private readonly TestRunContext context = new();

    public void Dispose() => context.Dispose();

    [Fact]
    public async Task Concat_writes_the_separator_after_every_file()
    {
        var (a, b) = (context.Storage.Put("a"), context.Storage.Put("b"));
        var run = await RunAsync(new Concat { Files = new List<object?> { a, "{{ second }}" }, Separator = Property.Of<string>("-"), Extension = Property.Of<string>(".txt") }, ("second", b));

        context.Storage.Text((string)run.Output("uri")!).ShouldBe("a-b-");
        ((string)run.Output("uri")!).ShouldEndWith(".txt");
    }

    [Fact]
    public async Task Concat_takes_a_list_as_json_and_refuses_other_shapes()
    {
        var a = context.Storage.Put("a");
        (await RunAsync(new Concat { Files = $"[\"{a}\"]" })).State.ShouldBe(StateType.SUCCESS);
        (await RunAsync(new Concat { Files = 12 })).Failure!.Message.ShouldStartWith("Invalid `files` properties with type");
        (await RunAsync(new Concat { Files = "kestra:///x" })).Failure!.Message.ShouldContain("is not a JSON list");
    }

    [Theory]
    [InlineData(null, null, 2, "1\n2\n|3\n4\n|5\n")]
    [InlineData(null, 2, null, "1\n3\n5\n|2\n4\n")]
    [InlineData(null, 9, null, "1\n|2\n|3\n|4\n|5\n")]
    [InlineData("4", null, null, "1\n2\n|3\n4\n|5\n")]
    [InlineData("1KB", 2, 1, "1\n2\n3\n4\n5\n")]
    public async Task Split_cuts_by_lines(string? bytes, int? partitions, int? rows, string expected)
    {
        var from = context.Storage.Put("1\n2\r\n3\n4\n5", "kestra:///x/in.csv");
        var run = await RunAsync(new Split
        {
            From = Property.Of<string>(from),
            Bytes = bytes is null ? null : Property.Of<string>(bytes),
            Partitions = partitions is { } count ? Property.Of<int>(count) : null,
            Rows = rows is { } number ? Property.Of<int>(number) : null,
        });

        run.Failure.ShouldBeNull();
        var uris = ((IReadOnlyList<object?>)run.Output("uris")!).Cast<string>().ToList();
        string.Join('|', uris.Select(context.Storage.Text)).ShouldBe(expected);
        uris.ShouldAllBe(static uri => uri.EndsWith(".csv", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("10B", "Invalid size with value '10B'")]
    [InlineData("-1KB", "Invalid size with value '-1KB'")]
    [InlineData("0", "Invalid size with value '0'")]
    [InlineData("x", "Invalid size with value 'x'")]
    public async Task Split_refuses_a_size_that_is_none(string bytes, string message)
    {
        var from = context.Storage.Put("1\n");
        (await RunAsync(new Split { From = Property.Of<string>(from), Bytes = Property.Of<string>(bytes) })).Failure!.Message.ShouldBe(message);
    }

    [Fact]
    public async Task Split_needs_a_rule()
    {
        var from = context.Storage.Put("1\n");
        (await RunAsync(new Split { From = Property.Of<string>(from) })).Failure!.Message.ShouldBe("Invalid configuration with no size, count, nor rows");
        (await RunAsync(new Split { From = Property.Of<string>(from), Rows = Property.Of<int>("{{ '' }}") })).Failure!.Message.ShouldBe("No value present");
    }

    [Fact]
    public async Task Split_of_an_empty_file_gives_no_parts()
    {
        var from = context.Storage.Put("");
        ((IReadOnlyList<object?>)(await RunAsync(new Split { From = Property.Of<string>(from), Rows = Property.Of<int>(1) })).Output("uris")!).ShouldBeEmpty();
    }

    [Fact]
    public async Task Deduplicate_keeps_the_last_of_each_key()
    {
        var from = context.Storage.Put("{k:1,v:\"a\"}\n{k:2,v:\"b\"}\n{k:1,v:\"c\"}\n{k:3,v:\"d\"}\n{k:null,v:\"e\"}\n");
        var run = await RunAsync(new DeduplicateItems { From = Property.Of<string>(from), Expr = "{{ k }}" });

        context.Storage.Text((string)run.Output("uri")!).ShouldBe("{k:2,v:\"b\"}\n{k:1,v:\"c\"}\n{k:3,v:\"d\"}\n{k:null,v:\"e\"}\n");
        run.Output("numKeys").ShouldBe(4L);
        run.Output("processedItemsTotal").ShouldBe(5L);
        run.Output("droppedItemsTotal").ShouldBe(1L);
    }

    [Theory]
    [InlineData(FilterType.INCLUDE, "{v:3}\n")]
    [InlineData(FilterType.EXCLUDE, "{v:1}\n{v:2}\n")]
    public async Task Filter_keeps_or_drops_matches(FilterType type, string expected)
    {
        var from = context.Storage.Put("{v:1}\n{v:2}\n{v:3}\n");
        var run = await RunAsync(new FilterItems { From = Property.Of<string>(from), FilterCondition = " {{ v > 2 }} ", FilterType = Property.Of<FilterType>(type.ToString()) });

        context.Storage.Text((string)run.Output("uri")!).ShouldBe(expected);
        run.Output("processedItemsTotal").ShouldBe(3L);
    }

    [Fact]
    public async Task Filter_treats_errors_as_told()
    {
        var from = context.Storage.Put("{v:1}\n{w:1}\n");
        FilterItems With(string behavior) => new() { From = Property.Of<string>(from), FilterCondition = "{{ v == 1 }}", ErrorOrNullBehavior = Property.Of<ErrorOrNullBehavior>(behavior) };

        (await RunAsync(With("FAIL"))).State.ShouldBe(StateType.FAILED);
        context.Storage.Text((string)(await RunAsync(With("INCLUDE"))).Output("uri")!).ShouldBe("{v:1}\n{w:1}\n");
        context.Storage.Text((string)(await RunAsync(With("EXCLUDE"))).Output("uri")!).ShouldBe("{v:1}\n");
    }

    [Fact]
    public async Task Reverse_turns_lines_around()
    {
        var from = context.Storage.Put("a\nb\nü\n", "kestra:///x/in.log");
        var run = await RunAsync(new Reverse { From = Property.Of<string>(from), Separator = Property.Of<string>(";") });

        context.Storage.Text((string)run.Output("uri")!).ShouldBe("ü;b;a;");
        ((string)run.Output("uri")!).ShouldEndWith(".log");
    }

    [Fact]
    public async Task Write_size_and_delete_go_together()
    {
        var written = (string)(await RunAsync(new Write { Content = Property.Of<string>("é{{ x }}"), Extension = Property.Of<string>(".md") }, ("x", "y"))).Output("uri")!;

        context.Storage.Text(written).ShouldBe("éy");
        written.ShouldEndWith(".md");
        (await RunAsync(new Size { Uri = Property.Of<string>(written) })).Output("size").ShouldBe(3L);
        (await RunAsync(new Delete { Uri = Property.Of<string>(written) })).Output("deleted").ShouldBe(true);
        (await RunAsync(new Delete { Uri = Property.Of<string>(written) })).Output("deleted").ShouldBe(false);
        (await RunAsync(new Delete { Uri = Property.Of<string>(written), ErrorOnMissing = Property.Of<bool>(true) })).Failure!.Message.ShouldBe($"Unable to find file '{written}'");
        (await RunAsync(new Size { Uri = Property.Of<string>(written) })).State.ShouldBe(StateType.FAILED);
    }

    [Fact]
    public async Task LocalFiles_matches_as_globs_do()
    {
        var run = await RunAsync(new LocalFiles
        {
            Inputs = new OrderedDictionary<string, object?> { ["a.txt"] = "1", ["b/c.txt"] = "2", ["b/d.csv"] = "3" },
            Outputs = Property.Of<IReadOnlyList<string>>((IReadOnlyList<object?>)["**/*.txt"]),
        });

        ((IReadOnlyDictionary<string, object?>)run.Output("uris")!).Keys.ShouldBe(["b/c.txt"]);
    }

    [Theory]
    [InlineData("../escape.txt")]
    [InlineData("a/../../escape.txt")]
    public async Task Files_can_not_leave_the_working_directory(string name)
    {
        var run = await RunAsync(new LocalFiles { Inputs = new OrderedDictionary<string, object?> { [name] = "x" } });

        run.State.ShouldBe(StateType.FAILED);
        run.Failure!.Message.ShouldContain("leaves the working directory");
    }

    private Task<TestRun> RunAsync(Tasks.IRunnableTask task, params (string Name, object? Value)[] variables)
    {
        foreach (var (name, value) in variables)
        {
            context.With(name, value);
        }

        return TestRun.OfAsync(task, context, TestContext.Current.CancellationToken);
    }
}
