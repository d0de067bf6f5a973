using Shouldly;
using Xunit;

namespace Kestra.Expressions.Tests;

/// <summary>Functions that the host answers.</summary>
public sealed class HostTests
{
    private sealed class Recorder : IExpressionHost
    {
        public List<string> Calls { get; } = [];

        public ExpressionHttpRequest? Request { get; private set; }

        public object? KeyValue(string key, string? @namespace, bool errorOnMissing) => Called(key == "none" ? null : new OrderedDictionary<string, object?> { ["a"] = 1 }, $"kv {key} {@namespace} {errorOnMissing}");

        public string Secret(string key, string? @namespace, string? subkey) => key == "NOPE" ? throw new InvalidOperationException("Cannot find secret for key 'NOPE'.") : Called("s3cret", $"secret {key} {@namespace} {subkey}");

        public string ReadFile(string path, string? @namespace) => Called("content", $"read {path} {@namespace}");

        public long FileSize(string path, string? @namespace) => Called(path == "empty" ? 0L : 7L, $"size {path} {@namespace}");

        public bool FileExists(string path, string? @namespace) => Called(true, $"exists {path} {@namespace}");

        public string FileUri(string path) => path;

        public IReadOnlyList<object?> ErrorLogs() => Called<IReadOnlyList<object?>>([new OrderedDictionary<string, object?> { ["message"] = "boom", ["taskId"] = "t" }], "logs");

        public object? Http(ExpressionHttpRequest request)
        {
            Request = request;
            return Called<object?>(new OrderedDictionary<string, object?> { ["ok"] = true }, $"http {request.Method} {request.Uri}");
        }

        private T Called<T>(T answer, string call)
        {
            Calls.Add(call);
            return answer;
        }
    }

    [Theory]
    [InlineData("{{ kv('k') }}", "{\"a\":1}", "kv k  True")]
    [InlineData("{{ kv('k', 'ns').a + 1 }}", "2", "kv k ns True")]
    [InlineData("{{ kv('none', errorOnMissing=false) ?? 'd' }}", "d", "kv none  False")]
    [InlineData("{{ secret('S') }}", "s3cret", "secret S  ")]
    [InlineData("{{ secret('S', 'ns', 'sub') }}", "s3cret", "secret S ns sub")]
    [InlineData("{{ secret(key='S', subkey='sub') }}", "s3cret", "secret S  sub")]
    [InlineData("{{ read('a.txt') }}", "content", "read a.txt ")]
    [InlineData("{{ read('a.txt', namespace='ns') | upper }}", "CONTENT", "read a.txt ns")]
    [InlineData("{{ fileSize('a') + 1 }}", "8", "size a ")]
    [InlineData("{{ fileExists('a') }}", "true", "exists a ")]
    [InlineData("{{ isFileEmpty('empty') }}{{ isFileEmpty('a') }}", "truefalse", "size empty , size a ")]
    [InlineData("{{ errorLogs()[0].message }}", "boom", "logs")]
    [InlineData("{{ errorLogs() }}", "[{\"message\":\"boom\",\"taskId\":\"t\"}]", "logs")]
    [InlineData("{{ http(uri='http://x').ok }}", "true", "http GET http://x")]
    [InlineData("{{ http('http://x', 'POST').ok }}", "true", "http POST http://x")]
    public void Calls_reach_the_host(string template, string expected, string calls)
    {
        var host = new Recorder();
        Engines.Render(template, host: host).ShouldBe(expected);
        string.Join(", ", host.Calls).ShouldBe(calls);
        Engines.Plain.Parse(template).IsPure.ShouldBeFalse();
    }

    [Fact]
    public void A_request_carries_all_arguments()
    {
        var host = new Recorder();
        Engines.Render("{{ http('http://x', 'PUT', {'q': 1}, {'b': [1, 'a' | first]}, 'text/plain', {'h': ['1', '2']}, {'connectTimeout': 'PT1S'}, 'application/yaml') }}", host: host);
        var request = host.Request.ShouldNotBeNull();
        (request.Method, request.ContentType, request.Accept).ShouldBe(("PUT", "text/plain", "application/yaml"));
        ValueJson.Write(request.Query).ShouldBe("{\"q\":1}");
        ValueJson.Write(request.Body).ShouldBe("{\"b\":[1,\"a\"]}");
        ((IReadOnlyDictionary<string, object?>)request.Body!).GetType().Namespace.ShouldBe("System.Collections.Generic");
        ValueJson.Write(request.Headers).ShouldBe("{\"h\":[\"1\",\"2\"]}");
        ValueJson.Write(request.Options).ShouldBe("{\"connectTimeout\":\"PT1S\"}");
    }

    [Fact]
    public void What_the_host_refuses_is_an_error_at_the_place_of_the_call() =>
        Should.Throw<ExpressionException>(() => Engines.Render("a\n{{ secret('NOPE') }}", host: new Recorder())).Message
            .ShouldBe("io.pebbletemplates.pebble.error.PebbleException: Cannot find secret for key 'NOPE'. (a\n{{ secret('NOPE') }}:2)");

    [Fact]
    public void Entries_of_logs_are_no_maps() =>
        Should.Throw<ExpressionException>(() => Engines.Render("{{ errorLogs()[0] | keys }}", host: new Recorder())).Message
            .ShouldContain("'keys' filter can only be applied to List, Map, Array. Actual type was: io.kestra.core.models.executions.LogEntry");

    [Fact]
    public void Without_a_host_the_functions_say_so() =>
        Should.Throw<ExpressionException>(() => Engines.Render("{{ kv('k') }}")).Message.ShouldContain("without access to the outside");

    [Theory]
    [InlineData("{{ kv('nokey') }}", "The key 'nokey' does not exist in the namespace 'io.kestra.tests'.")]
    [InlineData("{{ kv('nokey', 'other') }}", "The key 'nokey' does not exist in the namespace 'other'.")]
    [InlineData("{{ secret('NOPE') }}", "Cannot find secret for key 'NOPE'.")]
    [InlineData("{{ errorLogs() }}", "The 'errorLogs' function can only be used in the Worker as it access logs from the database.")]
    [InlineData("{{ http('http://x') }}", "Unable to execute HTTP request")]
    [InlineData("{{ read('s3://b/k') }}", "Cannot process the URI s3://b/k: scheme not supported.")]
    public void The_host_without_an_outside_answers_as_an_empty_server(string template, string message)
    {
        var variables = Engines.Variables("""{"flow":{"namespace":"io.kestra.tests"}}""");
        Should.Throw<ExpressionException>(() => Engines.Plain.Render(template, new RenderContext(variables, new DetachedHost(variables)))).Message.ShouldContain(message);
        Engines.Plain.Render("{{ fileExists('a.txt') }}{{ kv('k', errorOnMissing=false) }}", new RenderContext(variables, new DetachedHost(variables))).ShouldBe("false");
    }

    [Theory]
    [InlineData("{{ inputs.a | upper ~ (1 + 2) }}{% for i in l %}{{ i }}{% endfor %}", true)]
    [InlineData("plain", true)]
    [InlineData("{{ now() }}{{ uuid() }}{{ tasksWithState('FAILED') }}{{ printContext() }}", true)]
    [InlineData("{{ fileURI('a') }}", true)]
    [InlineData("{% if false %}{{ secret('a') }}{% endif %}", false)]
    [InlineData("{% macro m() %}{{ read('a') }}{% endmacro %}", false)]
    [InlineData("{{ render(vars.a) }}", false)]
    [InlineData("{{ [1, {'a': http('x')}] }}", false)]
    [InlineData("{{ x | default(kv('a')) }}", false)]
    [InlineData("{{ \"a #{fileSize('x')}\" }}", false)]
    public void A_template_knows_whether_it_is_pure(string template, bool isPure) => Engines.Plain.Parse(template).IsPure.ShouldBe(isPure);

    [Fact]
    public void Chance_and_clock_come_from_the_options()
    {
        var options = new ExpressionOptions { Random = static buffer => buffer.Span.Fill(7), Time = new FixedTime() };
        options.Render("{{ uuid() }} {{ randomInt(0, 10) }} {{ now() }}").ShouldBe("07070707-0707-4707-8707-070707070707 7 2024-03-09T14:05:07.000000Z");
        options.Render("{{ id() }} {{ ksuid() }}").ShouldBe(options.Render("{{ id() }} {{ ksuid() }}"));
        options.Render("{{ now('yyyy-MM-dd HH:mm', timeZone='Europe/Paris') }}").ShouldBe("2024-03-09 15:05");
        options.Render("{{ encrypt('I6EGNzRESu3X3pKZidrqCGOHQFUFC0yK', 'hi') }}").ShouldStartWith("BwcHBwcHBwcHBwcH");
    }

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2024, 3, 9, 14, 5, 7, TimeSpan.Zero);
    }
}
