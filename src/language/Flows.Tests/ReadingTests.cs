using System.Numerics;
using System.Text;
using Kestra.Flows.Review;
using Kestra.Flows.Yaml;
using Kestra.Model.Json;
using Shouldly;
using Xunit;

namespace Kestra.Flows.Tests;

/// <summary>YAML into flows: scalars, places, limits, saves, advice.</summary>
public sealed class ReadingTests
{
    private const string Task = "tasks:\n  - id: a\n    type: io.kestra.plugin.core.log.Log\n    message: x\n";

    [Theory]
    [InlineData("010", "8")]
    [InlineData("0x1F", "31")]
    [InlineData("-0x1F", "-31")]
    [InlineData("1_000", "1000")]
    [InlineData("+3", "3")]
    [InlineData("1e3", "1000.0")]
    [InlineData("1.50", "1.5")]
    [InlineData("12345678901", "12345678901")]
    [InlineData("123456789012345678901234567890", "123456789012345678901234567890")]
    [InlineData("yes", "true")]
    [InlineData("off", "false")]
    [InlineData("y", "\"y\"")]
    [InlineData("2020-01-01", "\"2020-01-01\"")]
    [InlineData("12:30:45", "\"12:30:45\"")]
    [InlineData("~", "null")]
    [InlineData("", "null")]
    [InlineData("\"12\"", "\"12\"")]
    [InlineData("'yes'", "\"yes\"")]
    [InlineData("{\"a\":[1,true,null]}", "{\"a\":[1,true,null]}")]
    [InlineData("|\n  multi\n  line", "\"multi\\nline\\n\"")]
    [InlineData("&x 1", "1")]
    [InlineData("*x", "\"x\"")]
    public void Scalar_has_its_value(string text, string json) =>
        Encoding.UTF8.GetString(ModelJson.SerializeValue(((IReadOnlyDictionary<string, object?>)YamlDocument.Parse($"k: {text}\n").Root!)["k"], JsonProfile.Internal)).ShouldBe(json);

    [Fact]
    public void Whole_numbers_are_as_small_as_they_fit()
    {
        var list = (IReadOnlyList<object?>)YamlDocument.Parse("[1, 12345678901, 123456789012345678901]").Root!;

        list.ShouldBe([1, 12345678901L, BigInteger.Parse("123456789012345678901", System.Globalization.CultureInfo.InvariantCulture)]);
    }

    [Fact]
    public void Only_the_first_document_counts() => ((IReadOnlyDictionary<string, object?>)YamlDocument.Parse("a: 1\n---\na: 2\n").Root!)["a"].ShouldBe(1);

    [Fact]
    public void Merge_keys_and_aliases_are_texts()
    {
        var map = (IReadOnlyDictionary<string, object?>)YamlDocument.Parse("base: &b {k: v}\no:\n  <<: *b\n").Root!;

        ((IReadOnlyDictionary<string, object?>)map["o"]!)["<<"].ShouldBe("b");
    }

    [Fact]
    public void Source_is_kept_byte_for_byte()
    {
        const string source = "# comment\r\nid: v\r\nnamespace: io.t   \r\n" + Task + "\n\n# end";

        Contracts.Reader.Read(source, "main").Flow!.Source.ShouldBe(source);
    }

    [Fact]
    public void All_faults_are_told_with_their_places()
    {
        const string source = "id: a b\nnamespace: io.t\nfoo: 1\ntasks:\n  - id: x\n    type: io.kestra.plugin.core.log.Logg\n  - id: y y\n    type: io.kestra.plugin.core.log.Log\n    disabled: maybe\n";

        var reading = Contracts.Reader.Read(source, "main");

        reading.Faults.Select(fault => (fault.Path, fault.Line, fault.Column)).ShouldBe([("id", 1, 1), ("foo", 3, 1), ("tasks[0]", 5, 5), ("tasks[1].id", 7, 5), ("tasks[1].disabled", 9, 5), ("tasks[1].message", 7, 5)], ignoreOrder: true);
        reading.Faults.Single(fault => fault.Path == "tasks[0]").Hint.ShouldBe("did you mean 'io.kestra.plugin.core.log.Log'?");
        reading.Faults.Single(fault => fault.Path == "tasks[1].id").Describe().ShouldBe("line 7, column 5: y y.id: must match \"^[a-zA-Z0-9][a-zA-Z0-9_-]*\"");
        reading.Constraints!.ShouldStartWith("Validation error: Unrecognized field \"foo\"");
    }

    [Fact]
    public void First_thing_that_can_not_be_read_is_the_answer()
    {
        const string source = "id: v\nnamespace: io.t\ntasks:\n  - id: x\n    nope: 1\n    type: io.kestra.Nope\ndisabled: maybe\n";

        Contracts.Reader.Read(source, "main").Constraints.ShouldBe("Validation error: Invalid type: io.kestra.Nope");
    }

    [Theory]
    [InlineData("id: v\nnamespace: io.t\nid: w\n", "id", "Illegal genericflow source: YAML parsing error: Duplicate field 'id'\n at [Source: (StringReader); line: 3, column: 3] (at line 3)")]
    [InlineData("id: v\nnamespace: io.t\nvariables:\n  abc: 1\n  abc: 2\n", "variables.abc", "Illegal genericflow source: YAML parsing error: Duplicate field 'abc'\n at [Source: (StringReader); line: 5, column: 6] (at line 5)")]
    public void Repeated_key_passes_validation_and_is_refused_on_save(string head, string path, string text)
    {
        var reading = Contracts.Reader.Read(head + Task, "main");

        reading.Constraints.ShouldBeNull();
        reading.SaveFaults.Single().Path.ShouldBe(path);
        reading.SaveFaults.Single().Message.ShouldBe(text);
    }

    [Fact]
    public void Empty_item_of_tasks_passes_validation_and_is_refused_on_save()
    {
        var reading = Contracts.Reader.Read("id: v\nnamespace: io.t\ntasks:\n  - \n", "main");

        reading.Constraints.ShouldBeNull();
        reading.SaveFaults.Single().Message.ShouldStartWith("Illegal genericflow source: YAML parsing error: Cannot coerce empty String (\"\") to `io.kestra.core.models.tasks.GenericTask` value (");
    }

    [Fact]
    public void Unknown_properties_are_left_out_when_reading_is_lenient()
    {
        const string source = "id: v\nnamespace: io.t\nfoo: bar\ntasks:\n  - id: a\n    type: io.kestra.plugin.core.log.Log\n    message: x\n    nope: 1\n";

        var reading = Contracts.Reader.Read(source, "main", strict: false);

        reading.IsValid.ShouldBeTrue();
        reading.Flow!.Tasks[0].Properties.Keys.ShouldBe(["message"]);
    }

    [Fact]
    public void Stored_flow_that_can_not_be_read_has_the_reason_and_no_tasks()
    {
        var flow = Contracts.Reader.ReadStored("id: v\nnamespace: io.t\ntasks:\n  - id: a\n    type: io.kestra.Nope\n", "main", "io.t", "v");

        flow.Exception.ShouldBe("Invalid type: io.kestra.Nope");
        flow.Tasks.ShouldBeEmpty();
    }

    [Fact]
    public void Stored_flow_that_breaks_a_rule_is_read() => Contracts.Reader.ReadStored("id: a b\nnamespace: io.t\n" + Task, "main", "io.t", "a b").Exception.ShouldBeNull();

    [Theory]
    [InlineData("a: [", "while parsing a flow node\n in 'reader', line 1, column 5:\n    a: [\n        ^\nexpected the node content, but found '<stream end>'\n in 'reader', line 1, column 5:\n    a: [\n        ^\n")]
    [InlineData("a: @x\n", "while scanning for the next token\nfound character '@' that cannot start any token. (Do not use @ for indentation)\n in 'reader', line 1, column 4:\n    a: @x\n       ^\n")]
    [InlineData("a: \"x\n", "while scanning a quoted scalar\n in 'reader', line 1, column 4:\n    a: \"x\n       ^\nfound unexpected end of stream\n in 'reader', line 2, column 1:\n    \n    ^\n")]
    [InlineData("a: b\nc\nd: e\n", "while scanning a simple key\n in 'reader', line 2, column 1:\n    c\n    ^\ncould not find expected ':'\n in 'reader', line 3, column 1:\n    d: e\n    ^\n")]
    public void Broken_text_is_told_with_its_line(string text, string message) => Should.Throw<YamlException>(() => YamlDocument.Parse(text)).Message.ShouldBe(message);

    [Theory]
    [InlineData("a: [b, c\nd: e\n")]
    [InlineData("a: {b: c\nd: e\n")]
    [InlineData(" a: 1\nb: 2\n")]
    [InlineData("a: %x\n")]
    [InlineData("a: \"\\q\"\n")]
    [InlineData("a:\n  b: 1\n c: 2\n")]
    [InlineData("a: ]\n")]
    [InlineData("? [a]\n: b\n")]
    [InlineData("a: !<x\n")]
    public void Every_broken_text_is_a_fault_and_never_another_error(string text)
    {
        var reading = Contracts.Reader.Read(text, "main");

        reading.Constraints!.ShouldStartWith("Validation error: Illegal Flow source: YAML ");
        reading.Faults.Single().Line.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Aliases_are_the_text_of_their_names()
    {
        var bomb = new StringBuilder("id: v\nnamespace: io.t\nvariables:\n  l0: &l0 [x, x]\n");
        for (var level = 1; level < 5; level++)
        {
            bomb.Append(System.Globalization.CultureInfo.InvariantCulture, $"  l{level}: &l{level} [{string.Join(", ", Enumerable.Repeat($"*l{level - 1}", 10))}]\n");
        }

        var flow = Contracts.Reader.Read(bomb + Task, "main").Flow!;

        flow.Variables!["l4"].ShouldBe(Enumerable.Repeat<object?>("l3", 10));
    }

    [Theory]
    [InlineData("depth", "The document is nested deeper than 100 levels")]
    [InlineData("aliases", "The document has more than 1000 aliases")]
    [InlineData("bomb", "The aliases of the document stand for more than 500000 values")]
    [InlineData("recursive bomb", "The aliases of the document stand for more than 500000 values")]
    [InlineData("nodes", "The document has more than 500000 values")]
    [InlineData("length", "The text has 10485761 characters, more than the limit of 10485760")]
    public void Limit_is_a_clear_fault(string limit, string message)
    {
        var text = limit switch
        {
            "depth" => new string('[', 200),
            "aliases" => $"a: &x 1\nb: [{string.Join(",", Enumerable.Repeat("*x", 1001))}]",
            "bomb" => string.Concat(Enumerable.Range(0, 60).Select(static level => $"l{level}: &l{level} [{(level == 0 ? "x" : string.Join(", ", Enumerable.Repeat($"*l{level - 1}", 10)))}]\n")),
            "recursive bomb" => string.Concat(Enumerable.Range(0, 60).Select(static level => $"l{level}: &l [{(level == 0 ? "x" : string.Join(", ", Enumerable.Repeat("*l", 10)))}]\n")),
            "nodes" => $"a: [{string.Join(",", Enumerable.Repeat("1", 500_001))}]",
            _ => new string(' ', (10 * 1024 * 1024) + 1),
        };

        Contracts.Reader.Read(text, "main").Constraints!.ShouldContain(message);
    }

    [Theory]
    [InlineData("id: a\ntype: io.kestra.plugin.core.log.Log\nmessage: x\n", null)]
    [InlineData("id: a\ntype: io.kestra.plugin.core.log.Log\n", "message: must not be null\n")]
    [InlineData("id: a\ntype: io.kestra.Nope\n", "Invalid type: io.kestra.Nope")]
    public void Task_alone_is_checked(string source, string? constraints) => Contracts.Reader.ReadTask(source).Constraints.ShouldBe(constraints);

    [Theory]
    [InlineData("id: a\ntype: io.kestra.plugin.core.trigger.Webhook\nkey: k\n", null)]
    [InlineData("id: a\ntype: io.kestra.plugin.core.trigger.Webhook\n", "key: must not be null\n")]
    public void Trigger_alone_is_checked(string source, string? constraints) => Contracts.Reader.ReadTrigger(source).Constraints.ShouldBe(constraints);

    [Theory]
    [InlineData(FlowPresence.Present, null)]
    [InlineData(FlowPresence.Missing, "The subflow 'x' not found in namespace 'n'.")]
    [InlineData(FlowPresence.Disabled, "The subflow 'x' is disabled in namespace 'n'.")]
    public async System.Threading.Tasks.Task Subflow_is_looked_up(FlowPresence presence, string? warning)
    {
        var reading = Contracts.Reader.Read("id: v\nnamespace: io.t\ntasks: [{id: a, type: io.kestra.plugin.core.flow.Subflow, namespace: n, flowId: x}]\n", "main");

        var review = await FlowReviewer.ReviewAsync(reading, Contracts.Catalog, null, (_, _, _) => ValueTask.FromResult(presence), TestContext.Current.CancellationToken);

        review.Warnings.ShouldBe(warning is null ? [] : [warning]);
    }

    [Theory]
    [InlineData("", null, false)]
    [InlineData("revision: 1\n", null, false)]
    [InlineData("revision: 2\n", null, true)]
    [InlineData("revision: 3\n", 2, false)]
    [InlineData("revision: 2\n", 2, true)]
    public async System.Threading.Tasks.Task Revision_of_the_source_says_whether_it_is_outdated(string line, int? last, bool outdated)
    {
        var review = await FlowReviewer.ReviewAsync(Contracts.Reader.Read("id: v\nnamespace: io.t\n" + line + Task, "main"), Contracts.Catalog, last, null, TestContext.Current.CancellationToken);

        review.Outdated.ShouldBe(outdated);
    }

    [Fact]
    public void Checks_and_draft_are_known_when_later_properties_are()
    {
        const string source = "id: v\nnamespace: io.t\ndraft: true\nchecks: [{condition: x, message: m}, {when: y, message: n, style: ERROR, behavior: FAIL_EXECUTION}]\n" + Task;
        var later = new FlowReader(Contracts.Catalog, laterProperties: true);

        var reading = later.Read(source, "main");

        reading.Constraints.ShouldBeNull();
        reading.Flow!.Checks!.Select(check => check.Condition).ShouldBe(["x", "y"]);
        later.Read(source.Replace("message: m", "message: ''", StringComparison.Ordinal), "main").Constraints.ShouldBe("Validation error: checks[0].message: must not be empty\n");
    }
}
