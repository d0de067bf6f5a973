namespace Kestra.Expressions.Documentation;

/// <summary>The functions, by name. Those that reach the outside have no examples that could be run here.</summary>
internal static class FunctionEntries
{
    public static IReadOnlyDictionary<string, Entry> All { get; } = new Dictionary<string, Entry>(StringComparer.Ordinal)
    {
        ["block"] = new("Prints a block of the template again.", ("{% block a %}x{% endblock %}{{ block('a') }}", "xx")),
        ["currentEachOutput"] = new("The output of a task for the values of the loops around."),
        ["decrypt"] = new("The text behind an encrypted one.", ("{{ decrypt('I6EGNzRESu3X3pKZidrqCGOHQFUFC0yK', encrypt('I6EGNzRESu3X3pKZidrqCGOHQFUFC0yK', 'hi')) }}", "hi")),
        ["encrypt"] = new("A text encrypted with AES; the key is Base64 of 16, 24 or 32 bytes.", ("{{ encrypt('I6EGNzRESu3X3pKZidrqCGOHQFUFC0yK', 'hi') | length }}", "40")),
        ["errorLogs"] = new("The error logs of the execution; on a worker only."),
        ["fetchContext"] = new("The same as `printContext`."),
        ["fileExists"] = new("Whether a file exists."),
        ["fileSize"] = new("The bytes of a file."),
        ["fileURI"] = new("The address of a file of the namespace.", ("{{ fileURI('a/b.txt') }}", "kestra:///company/team/_files/a/b.txt")),
        ["fromIon"] = new("The first row of an Ion text, or all rows.", ("{{ fromIon('{a:1}').a }}", "1")),
        ["fromJson"] = new("The value that a JSON text says.", ("{{ fromJson('[1, 2]') | last }}", "2")),
        ["http"] = new("The body of the answer to an HTTP request, parsed by its content type."),
        ["i18n"] = new("Not available; the name is reserved."),
        ["id"] = new("A random id in the form of the ids of executions.", ("{{ id() is empty }}", "false")),
        ["isFileEmpty"] = new("Whether a file has no bytes."),
        ["json"] = new("The same as `fromJson`.", ("{{ json('{\"a\": 1}').a }}", "1")),
        ["ksuid"] = new("A random id that sorts by time.", ("{{ ksuid() | length }}", "27")),
        ["kv"] = new("The value of a key of the key-value store, of the flow's namespace or a parent of it."),
        ["max"] = new("The largest of the numbers.", ("{{ max(1, 3, 2) }}", "3")),
        ["min"] = new("The smallest of the numbers.", ("{{ min(1, 3, 2) }}", "1")),
        ["now"] = new("The current time, written as the filter `date` does.", ("{{ now() | length }}", "27")),
        ["parent"] = new("Not available: templates do not extend others."),
        ["printContext"] = new("All variables that are visible.", ("{{ printContext() | keys | length }}", "5")),
        ["randomInt"] = new("A random whole number from a lower bound up to, not including, an upper one.", ("{{ randomInt(1, 2) }}", "1")),
        ["randomPort"] = new("A port of the machine that is free."),
        ["range"] = new("The numbers or letters from one to another, both included.", ("{{ range(1, 7, 3) }}", "[1,4,7]"), ("{{ range('a', 'c') }}", "[\"a\",\"b\",\"c\"]")),
        ["read"] = new("The text of a file: of internal storage, of the namespace, or a local one that is allowed."),
        ["render"] = new("Renders a text, or the texts inside a list or map, with the current variables; again and again, unless `recursive=false`.", ("{{ render('{{ user.name }}') }}", "Ann")),
        ["renderOnce"] = new("Renders once.", ("{{ renderOnce('{{ user.name }}') }}", "Ann")),
        ["secret"] = new("A secret, or a part of one that is JSON. Logs show it masked."),
        ["tasksWithState"] = new("The tasks of the execution that are in a state."),
        ["uuid"] = new("A random UUID.", ("{{ uuid() | length }}", "36")),
        ["yaml"] = new("The value that a YAML text says.", ("{{ yaml('a: [1, 2]').a | last }}", "2")),
    };
}
