using Kestra.Expressions;
using Kestra.Flows.Inputs;
using Kestra.Model.Flows;
using Kestra.Model.Json;
using Shouldly;
using Xunit;

namespace Kestra.Flows.Tests;

/// <summary>Rules of inputs and outputs beside those of the recorded cases.</summary>
public sealed class InputRuleTests
{
    private static readonly ExpressionEngine Engine = new();

    [Theory]
    [InlineData("FLOAT", "1.5f", "1.5")]
    [InlineData("FLOAT", " 2 ", "2.0")]
    [InlineData("FLOAT", "1e3", "1000.0")]
    [InlineData("INT", "+3", "3")]
    [InlineData("INT", "-2147483648", "-2147483648")]
    [InlineData("BOOL", "TrUe", "true")]
    [InlineData("TIME", "11:22:33.5", "11:22:33.500")]
    [InlineData("DURATION", "P1DT2H", "PT26H")]
    [InlineData("JSON", "[1, {\"a\": null}]", "[1, {a=null}]")]
    [InlineData("YAML", "- a\n- 1", "[a, 1]")]
    [InlineData("EMAIL", "", "")]
    [InlineData("URI", "https://www.a.io/x", "https://www.a.io/x")]
    [InlineData("DATETIME", "2024-01-02T03:04:05.123+01:00", "2024-01-02T02:04:05.123Z")]
    public void Text_is_taken_as_the_type(string type, string text, string value) => JavaText.Of(InputValues.Parse(Enum.Parse<InputType>(type), text)).ShouldBe(value);

    [Theory]
    [InlineData("FLOAT", "", "empty String")]
    [InlineData("FLOAT", "1,5", "For input string: \"1,5\"")]
    [InlineData("INT", " 3", "For input string: \" 3\"")]
    [InlineData("INT", "2147483648", "For input string: \"2147483648\"")]
    [InlineData("TIME", "25:00", "java.lang.Exception: Expected `TIME` but received `25:00` with errors:\n```\nText '25:00' could not be parsed: Invalid value for HourOfDay (valid values 0 - 23): 25\n```")]
    [InlineData("DATE", "2024-1-02", "java.lang.Exception: Expected `DATE` but received `2024-1-02` with errors:\n```\nText '2024-1-02' could not be parsed at index 5\n```")]
    [InlineData("DATE", "2024-02-30", "java.lang.Exception: Expected `DATE` but received `2024-02-30` with errors:\n```\nText '2024-02-30' could not be parsed: Invalid date 'FEBRUARY 30'\n```")]
    [InlineData("DATE", "2024-01-02x", "java.lang.Exception: Expected `DATE` but received `2024-01-02x` with errors:\n```\nText '2024-01-02x' could not be parsed, unparsed text found at index 10\n```")]
    [InlineData("DATETIME", "2024-01-02T03:04:05", "java.lang.Exception: Expected `DATETIME` but received `2024-01-02T03:04:05` with errors:\n```\nText '2024-01-02T03:04:05' could not be parsed at index 19\n```")]
    [InlineData("DURATION", "10", "java.lang.Exception: Expected `DURATION` but received `10` with errors:\n```\nText cannot be parsed to a Duration\n```")]
    [InlineData("JSON", "", "java.lang.Exception: Expected `JSON` but received `` with errors:\n```\nNo content to map due to end-of-input\n```")]
    [InlineData("JSON", "{\"a\" 1}", "java.lang.Exception: Expected `JSON` but received `{\"a\" 1}` with errors:\n```\nUnexpected character ('1' (code 49)): was expecting a colon to separate field name and value\n```")]
    [InlineData("JSON", "[1 2]", "java.lang.Exception: Expected `JSON` but received `[1 2]` with errors:\n```\nUnexpected character ('2' (code 50)): was expecting comma to separate Array entries\n```")]
    [InlineData("URI", "a.b", "Expected `URI` but received `a.b`")]
    [InlineData("EMAIL", "a@", "The input must be a valid email")]
    [InlineData("ARRAY", "{\"a\":1}", "java.lang.Exception: Expected `ARRAY` but received `{\"a\":1}` with errors:\n```\nCannot deserialize value of type `java.util.ArrayList<java.lang.Object>` from Object value (token `JsonToken.START_OBJECT`)\n```")]
    public void Text_is_refused_by_the_type(string type, string text, string message) => Should.Throw<InvalidInputException>(() => InputValues.Parse(Enum.Parse<InputType>(type), text)).Message.ShouldBe(message);

    [Fact]
    public async Task Values_nest_at_dots_and_are_sorted()
    {
        var values = InputResolver.Values(await ResolveAsync("[{id: z, type: INT}, {id: n.b, type: INT}, {id: n.c, type: INT, required: false}]", new() { ["z"] = 1, ["n.b"] = 3, ["undeclared"] = true }))!;

        values.Keys.ShouldBe(["n", "z"]);
        JavaText.Of(values).ShouldBe("{n={b=3, c=null}, z=1}");
    }

    [Fact]
    public async Task First_faulty_input_stops_the_creation()
    {
        var resolved = await ResolveAsync("[{id: a, type: INT}, {id: b, type: INT}]", []);

        resolved.Count(input => input.Error is not null).ShouldBe(2);
        Should.Throw<InputResolutionException>(() => InputResolver.Values(resolved)).Message.ShouldBe("a: Invalid input for `a`, missing required input, but received `null`");
    }

    [Fact]
    public async Task Default_sees_the_inputs_before_it() =>
        (await ResolveAsync("[{id: n.a, type: STRING}, {id: b, type: STRING, defaults: \"{{ inputs.n.a }}-{{ inputs['n.a'] }}\"}]", new() { ["n.a"] = "x" }))[1].Value.ShouldBe("x-x");

    [Fact]
    public async Task Faulty_input_that_is_not_enabled_blocks_nothing()
    {
        var resolved = await ResolveAsync("[{id: a, type: BOOL}, {id: b, type: INT, dependsOn: {inputs: [a], condition: '{{ inputs.a }}'}}]", new() { ["a"] = false, ["b"] = "no number" });

        InputResolver.Values(resolved)!.Keys.ShouldBe(["a"]);
    }

    [Fact]
    public async Task Values_and_options_together_are_refused() =>
        (await ResolveAsync("[{id: m, type: MULTISELECT, values: [a], options: [b]}]", new() { ["m"] = "[\"a\"]" }))[0].Error.ShouldBe("m: Invalid input for `m`, you can't define both `values` and `options`, but received `[\"a\"]`");

    [Fact]
    public async Task Broken_expression_of_a_choice_is_told_without_a_value() =>
        (await ResolveAsync("[{id: s, type: SELECT, expression: '{{ nope }}', required: false}]", []))[0].Error!.ShouldStartWith("s: Cannot render 'expression'. Cause: Unable to find `nope`");

    [Fact]
    public async Task Secret_is_tested_in_clear_and_encrypted()
    {
        var resolved = await ResolveAsync("[{id: s, type: SECRET, validator: 'x+'}]", new() { ["s"] = "xx" }, secret => $"<{secret.Length}>");

        resolved[0].Error.ShouldBeNull();
        resolved[0].Value.ShouldBe("<2>");
    }

    [Fact]
    public async Task Secret_without_encryption_is_refused_and_not_shown()
    {
        var error = (await ResolveAsync("[{id: s, type: SECRET}]", new() { ["s"] = "very secret" }))[0].Error!;

        error.ShouldContain("Unable to use a `SECRET` input/output as encryption is not configured");
        error.ShouldNotContain("very secret");
    }

    [Theory]
    [InlineData("INT", "x", "i: Invalid output for `i`, For input string: \"x\", but received `x`")]
    [InlineData("INT", null, "i: Invalid output for `i`, Expected `INT` but received `null` with errors:")]
    public void Output_of_another_type_is_refused(string type, string? value, string message) =>
        Should.Throw<ExpressionException>(() => OutputConversion.Convert(new OutputDefinition("i", Enum.Parse<InputType>(type), "{{ x }}"), value)).Message.ShouldStartWith(message);

    [Fact]
    public void Optional_output_may_have_no_value() => OutputConversion.Convert(new OutputDefinition("i", InputType.INT, "{{ x }}", Required: false), null).ShouldBeNull();

    private static Task<IReadOnlyList<ResolvedInput>> ResolveAsync(string inputs, OrderedDictionary<string, object?> submitted, Func<string, object>? encrypt = null)
    {
        var flow = Contracts.Reader.Read($"id: v\nnamespace: io.t\ninputs: {inputs}\ntasks: [{{id: a, type: io.kestra.plugin.core.log.Log, message: x}}]\n", "main").Flow!;
        return new InputResolver(Engine, encrypt: encrypt).ResolveAsync(flow.Inputs!, submitted, new OrderedDictionary<string, object?>(), null, TestContext.Current.CancellationToken);
    }
}
