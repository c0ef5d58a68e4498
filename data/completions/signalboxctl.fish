# SPDX-License-Identifier: GPL-3.0-or-later
# fish completion for signalboxctl: the program itself says what can come next.

function __signalboxctl_complete
    set -l words (commandline --tokenize --cut-at-cursor --current-process)
    set -l current (commandline --current-token --cut-at-cursor | string unescape)
    set -e words[1]
    for line in (signalboxctl --complete $words "$current" 2>/dev/null)
        switch $line
            case :files
                __fish_complete_path "$current"
            case :directories
                __fish_complete_directories "$current"
            case '*'
                echo $line
        end
    end
end

complete --command signalboxctl --no-files --arguments '(__signalboxctl_complete)'
